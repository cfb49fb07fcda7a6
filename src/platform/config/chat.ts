import { z } from 'zod';
import { CHAT_SENTENCES, type ChatKey } from './chat-sentences.ts';

const PLACEHOLDER = /\{([A-Za-z]+)\}/g;

function sentence(allowed: readonly string[]): z.ZodString {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty: the platform shows a fault where a reply is empty')
    .superRefine((text, context) => {
      for (const [, name = ''] of text.matchAll(PLACEHOLDER)) {
        if (!allowed.includes(name)) {
          const fix = allowed.length > 0 ? `use ${allowed.map((a) => `{${a}}`).join(' ')}` : 'none is known here';
          context.addIssue({ code: 'custom', message: `unknown placeholder {${name}}: ${fix}` });
        }
      }
    });
}

/** Every sentence that a resident reads: exactly the keys of CHAT_SENTENCES, each with its own placeholders. */
export const chatSchema = z.strictObject(
  Object.fromEntries(Object.entries(CHAT_SENTENCES).map(([key, allowed]) => [key, sentence(allowed)])) as Record<
    ChatKey,
    z.ZodString
  >,
);

export type ChatTexts = Readonly<Record<ChatKey, string>>;

type Params<K extends ChatKey> = Readonly<Record<(typeof CHAT_SENTENCES)[K][number], string | number>>;

/** Says a configured sentence with its placeholders filled in. */
export type Say = <K extends ChatKey>(key: K, ...params: keyof Params<K> extends never ? [] : [Params<K>]) => string;

/** `Say` over the sentences of one configuration. */
export function createSay(texts: ChatTexts): Say {
  return (key, ...[params]) => {
    const values = (params ?? {}) as Readonly<Record<string, string | number>>;
    return texts[key].replace(PLACEHOLDER, (whole, name: string) => String(values[name] ?? whole));
  };
}
