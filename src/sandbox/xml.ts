import { parseStringPromise } from 'xml2js';

/** Text that stands in the XML without CDATA: numbers and ids too large for a number. */
export interface Bare {
  readonly bare: string;
}

/** Strings are written as CDATA, numbers and Bare plainly, a list repeats its tag. */
export type XmlValue = string | number | Bare | readonly XmlValue[] | XmlFields;
export interface XmlFields {
  readonly [tag: string]: XmlValue;
}

export const bare = (text: string | number | bigint): Bare => ({ bare: String(text) });

const isBare = (value: XmlFields | Bare): value is Bare => typeof (value as { bare?: unknown }).bare === 'string';

function element(tag: string, value: XmlValue): string {
  if (typeof value === 'string') return `<${tag}><![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${tag}>`;
  if (typeof value === 'number') return `<${tag}>${value}</${tag}>`;
  if (Array.isArray(value)) return (value as readonly XmlValue[]).map((item) => element(tag, item)).join('\n');
  const nested = value as XmlFields | Bare;
  return isBare(nested) ? `<${tag}>${nested.bare}</${tag}>` : `<${tag}>${elements(nested)}</${tag}>`;
}

function elements(fields: XmlFields): string {
  return Object.entries(fields)
    .map(([tag, value]) => element(tag, value))
    .join('\n');
}

/** `<xml>…</xml>` as the platform posts it. */
export function renderXml(fields: XmlFields): string {
  return `<xml>${elements(fields)}\n</xml>`;
}

/** What xml2js makes of one element: text, or an object of lists. */
export type XmlNode = string | { readonly [tag: string]: readonly XmlNode[] };

/** The children of the one root element `xml`; undefined for anything that is not such a document. */
export async function parseXml(text: string): Promise<{ readonly [tag: string]: readonly XmlNode[] } | undefined> {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return undefined;
  try {
    const parsed: unknown = await parseStringPromise(text, { strict: true, explicitArray: true, ignoreAttrs: true });
    const root = (parsed as { xml?: unknown } | null)?.xml;
    return typeof root === 'object' && root !== null ? (root as { [tag: string]: XmlNode[] }) : undefined;
  } catch {
    return undefined;
  }
}

/** Text of the first child `tag`, or undefined where there is none or it has children itself. */
export function textOf(node: { readonly [tag: string]: readonly XmlNode[] }, tag: string): string | undefined {
  const first = node[tag]?.[0];
  return typeof first === 'string' ? first : undefined;
}
