/** A notice holds a few hundred rows; five thousand freeze the browser and are read by nobody. */
export const MAX_PASTED_ROWS = 500;

/**
 * What Word, WPS, Excel and web pages put on the clipboard, without its dress: Office's own tags, comments, styles and
 * classes go, tables stay. Rows over the limit are left out and counted. The service cleans by allow-list again.
 */
export function cleanPaste(html: string): { html: string; cutRows: number } {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const node of page.querySelectorAll('style, script, meta, link, title, xml, template, iframe, object'))
    node.remove();
  const comments = page.createTreeWalker(page, NodeFilter.SHOW_COMMENT);
  const gone: Node[] = [];
  while (comments.nextNode()) gone.push(comments.currentNode);
  for (const node of gone) node.parentNode?.removeChild(node);
  let cutRows = 0;
  for (const table of page.querySelectorAll('table')) {
    const rows = Array.from(table.rows);
    for (const row of rows.slice(MAX_PASTED_ROWS)) row.remove();
    cutRows += Math.max(0, rows.length - MAX_PASTED_ROWS);
  }
  for (const node of page.body.querySelectorAll('*')) {
    // <o:p> and its kind hold text that belongs to the paragraph around them.
    if (node.tagName.includes(':')) node.replaceWith(...Array.from(node.childNodes));
    for (const name of node.getAttributeNames()) if (!KEPT.has(name)) node.removeAttribute(name);
  }
  return { html: page.body.innerHTML, cutRows };
}

const KEPT = new Set(['href', 'src', 'alt', 'colspan', 'rowspan', 'start']);

/**
 * True where the clipboard's HTML says something: words or a table. Excel, WPS and Word put a picture of the same beside
 * it, and a picture of a table can be neither searched nor read aloud. An `<img>` alone is a copied picture.
 */
export function saysSomething(html: string): boolean {
  if (html.trim() === '') return false;
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const node of body.querySelectorAll('style, script, template, title')) node.remove();
  return body.querySelector('table') !== null || (body.textContent ?? '').trim() !== '';
}
