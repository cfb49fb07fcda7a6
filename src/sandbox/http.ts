import type { IncomingMessage } from 'node:http';
import busboy from 'busboy';
import { isJsonObject, type JsonObject } from './json.ts';

/** Largest body that is read at all, bytes: above the largest upload of the platform (10 MB) and a photo in base64. */
const MAX_BODY = 32 * 1024 * 1024;

/** The whole body; undefined where it is larger than anything the platform takes. */
export async function readBody(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return size <= MAX_BODY ? Buffer.concat(chunks) : undefined;
}

/** True where the JSON text has a `\uXXXX` escape. */
export function hasUnicodeEscape(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\u[0-9a-fA-F]{4}/.test(text);
}

/**
 * The JSON object in `bytes`, or undefined. The platform does not undo `\uXXXX`: such escapes stay as they are written
 * and show literally (docs/wechat-platform.md#errors), so `literalEscapes` keeps them.
 */
export function parseJsonObject(bytes: Buffer, literalEscapes: boolean): JsonObject | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const kept = literalEscapes
      ? text.replace(/\\(.)/gs, (pair, escaped: string) => (escaped === 'u' ? '\\\\u' : pair))
      : text;
    const value: unknown = JSON.parse(kept);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export interface UploadForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: { readonly field: string; readonly name: string; readonly bytes: Buffer } | undefined;
}

/** A multipart body with at most one file; undefined where it is none. */
export async function parseUpload(req: IncomingMessage): Promise<UploadForm | undefined> {
  if (!/^multipart\/form-data/i.test(req.headers['content-type'] ?? '')) {
    req.resume();
    return undefined;
  }
  return new Promise((resolve) => {
    const fields: Record<string, string> = {};
    let file: UploadForm['file'];
    const form = busboy({ headers: req.headers, defParamCharset: 'utf8', limits: { fileSize: MAX_BODY, files: 1 } });
    form.on('field', (name, value) => void Object.assign(fields, { [name]: value }));
    form.on('file', (field, stream, { filename }) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        file = { field, name: filename ?? '', bytes: Buffer.concat(chunks) };
      });
    });
    form.on('close', () => resolve({ fields, file }));
    form.on('error', () => resolve(undefined));
    req.pipe(form);
  });
}
