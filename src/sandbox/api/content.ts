/** Hosts whose images stay in an article: the platform's own, real and simulated. */
function isOwnImage(src: string, ownUrl: string): boolean {
  return src.startsWith(`${ownUrl}/mmbiz/`) || /^https?:\/\/mmbiz\.(qpic|qlogo)\.cn\//.test(src);
}

const attribute = (tag: string, name: string): string =>
  new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag)?.slice(1).find(Boolean) ?? '';

/** The article body as the platform keeps it: scripts and handlers gone, images from other hosts gone. */
export function cleanContent(html: string, ownUrl: string): string {
  return html
    .replace(/<script\b[\s\S]*?(<\/script\s*>|$)/gi, '')
    .replace(/<(iframe|object|embed|form|input|link|meta|base)\b[^>]*>/gi, '')
    .replace(/\son[a-z]+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, '')
    .replace(/(href|src)\s*=\s*(["']?)\s*javascript:[^"'>\s]*\2/gi, '')
    .replace(/<img\b[^>]*>/gi, (tag) => {
      const src = attribute(tag, 'src') || attribute(tag, 'data-src');
      return isOwnImage(src, ownUrl) ? tag : '';
    });
}

/** The words of an article body, for the digest that the platform makes itself. */
export function plainText(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
