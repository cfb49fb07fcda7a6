import { RawAnswer } from '../http/index.ts';

/** How this reader wants pages, and which page they are on. */
export interface Reader {
  readonly large: boolean;
  /** Path and query of the page itself: where the size switch leads back to. */
  readonly here: string;
}

const COOKIE = 'xy_text';
/** Weak eyes do not get better: the choice stays for a year, seconds. */
const KEEP_SECONDS = 31_536_000;
/** A path of ours. Two slashes, or a backslash that browsers take for one, would lead to another site. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

/** The reader whose browser sent this Cookie header. */
export function readerOf(cookies: string | undefined, here: string): Reader {
  const large = (cookies ?? '').split(';').some((one) => one.trim() === `${COOKIE}=large`);
  return { large, here };
}

/** Address of the switch to the other size, and back to where the reader is. */
export function switchPath({ large, here }: Reader): string {
  return `/text-size/${large ? 'normal' : 'large'}?back=${encodeURIComponent(here)}`;
}

/** Sets the size and leads back to `back`, or to the first page where that is not ours. Works without a script. */
export function sizeAnswer(size: 'large' | 'normal', back: string, publicUrl: string): RawAnswer {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  const life = size === 'large' ? KEEP_SECONDS : 0;
  return new RawAnswer({
    status: 303,
    type: 'text/plain; charset=utf-8',
    body: '',
    headers: {
      Location: OWN_PATH.test(back) ? back : '/',
      'Set-Cookie': `${COOKIE}=large; Path=/; Max-Age=${life}; SameSite=Lax; HttpOnly${secure}`,
      'Cache-Control': 'no-store',
    },
  });
}
