import type { IncomingMessage } from 'node:http';
import busboy from 'busboy';
import { AppError } from '../kernel/index.ts';
import type { UploadedFile } from './route.ts';

/** JSON of the staff API: an article's text may be 1 MB on the platform; twice that with markup is no article. */
export const MAX_JSON_BYTES = 1_500_000;

/** The whole body as bytes; AppError too_large past `maxBytes`, by the header or by what comes. */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new AppError('too_large');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    request.resume();
    throw tooLarge;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      request.resume();
      throw tooLarge;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A JSON body. Empty is undefined; another type is unsupported_type; keys that reach prototypes are refused. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request, MAX_JSON_BYTES);
  if (bytes.length === 0) return undefined;
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new AppError('unsupported_type');
  const refused = new AppError('invalid_input', { message: '内容格式不对（不是有效的 JSON）。' });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') throw refused;
      return value;
    }) as unknown;
  } catch {
    throw refused;
  }
}

/** One file of a multipart form, from the field `file`. */
export async function readUpload(request: IncomingMessage, maxBytes: number): Promise<UploadedFile> {
  if (!/^multipart\/form-data/i.test(request.headers['content-type'] ?? '')) throw new AppError('unsupported_type');
  return new Promise<UploadedFile>((resolve, reject) => {
    const invalid = new AppError('invalid_input', { message: '请选一个文件再上传。' });
    let parser: busboy.Busboy;
    try {
      parser = busboy({
        headers: request.headers,
        defParamCharset: 'utf8',
        limits: { files: 1, fields: 0, parts: 2, fileSize: maxBytes },
      });
    } catch {
      reject(invalid);
      return;
    }
    let found: Promise<UploadedFile> | undefined;
    parser.on('file', (name, stream, info) => {
      if (name !== 'file') {
        stream.resume();
        return;
      }
      found = collect(stream, info.filename ?? '');
      found.catch(() => undefined);
    });
    parser.on('error', () => reject(invalid));
    parser.on('close', () => {
      if (!found) reject(invalid);
      else found.then(resolve, reject);
    });
    request.pipe(parser);
  });
}

async function collect(
  stream: AsyncIterable<Buffer> & { truncated?: boolean },
  filename: string,
): Promise<UploadedFile> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  if (stream.truncated) throw new AppError('too_large', { message: '文件太大，请缩小后再上传。' });
  return { bytes: Buffer.concat(chunks), filename };
}
