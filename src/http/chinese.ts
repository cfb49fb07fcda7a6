import { z } from 'zod';

type Refused = z.core.$ZodRawIssue;

const { localeError: chinese } = z.locales.zhCN();

const TYPES: Readonly<Record<string, string>> = {
  string: '文字',
  number: '数字',
  int: '整数',
  boolean: '是或否（true / false）',
  array: '列表',
  object: '一组内容',
  date: '时间',
};

/** What a schema refused, in words for somebody at a form; undefined leaves it to zod's own Chinese. */
function inPlainWords(issue: Refused): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return '没有这一项，请去掉';
    case 'invalid_type':
      if (issue.input === undefined) return '必须填写';
      return `应当是${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `只能是：${issue.values.map(String).join('、')}`;
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum));
    case 'invalid_format':
      return '格式不对';
    default:
      return undefined;
  }
}

function tooSmall(origin: string, minimum: number): string | undefined {
  if (origin === 'string') return minimum === 1 ? '不能为空' : `至少 ${minimum} 个字`;
  if (origin === 'array') return `至少 ${minimum} 项`;
  return origin === 'number' || origin === 'int' ? `不能小于 ${minimum}` : undefined;
}

function tooBig(origin: string, maximum: number): string | undefined {
  if (origin === 'string') return `最多 ${maximum} 个字`;
  if (origin === 'array') return `最多 ${maximum} 项`;
  return origin === 'number' || origin === 'int' ? `不能大于 ${maximum}` : undefined;
}

/** One place where a schema refused something: `path` in the caller's own names, `problem` in Chinese. */
export interface Refusal {
  readonly path: string;
  readonly problem: string;
}

/** At most 20 refusals; an unknown field is named by its own path. */
export function refusalsOf(error: z.core.$ZodError): Refusal[] {
  return error.issues
    .flatMap((issue) => {
      const at = issue.path.map(String);
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...at, key]) : [at];
      return paths.map((path) => ({ path: path.join('.').slice(0, 100), problem: issue.message }));
    })
    .slice(0, 20);
}

/** `value` through `schema` with Chinese messages; a message of the schema's own stays. */
export function parseInChinese<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  return schema.safeParse(value, { error: (issue) => inPlainWords(issue) ?? chinese(issue) });
}
