/**
 * As `fetch` for one upload, telling how much of it has been sent (0 to 1): `fetch` cannot say. Rejects as `fetch` does
 * where nothing arrived.
 */
export function sendWithProgress(
  url: string,
  request: { method: string; headers: Readonly<Record<string, string>>; body: FormData },
  onProgress: (part: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sender = new XMLHttpRequest();
    sender.open(request.method, url);
    for (const [name, value] of Object.entries(request.headers)) sender.setRequestHeader(name, value);
    sender.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    sender.addEventListener('load', () => {
      const wait = sender.getResponseHeader('Retry-After');
      const headers = new Headers(wait === null ? [] : [['Retry-After', wait]]);
      resolve(new Response(sender.responseText, { status: sender.status, headers }));
    });
    sender.addEventListener('error', () => reject(new TypeError('nothing arrived')));
    sender.send(request.body);
  });
}
