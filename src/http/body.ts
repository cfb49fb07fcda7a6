import type { IncomingMessage } from 'node:http';
import busboy from 'busboy';
import { AppError } from '../kernel/index.ts';
import type { UploadedFile } from './route.ts';

/** JSON of the staff API: an article's text may be 1 MB on the platform; twice that with markup is no article. */
export const MAX_JSON_BYTES = 1_500_000;

/** What is too large is read on and forgotten, so that its sender hears 413 and not a broken line; up to this often. */
const DRAIN_FACTOR = 8;

/** Room for a multipart form's own lines around the file. */
const FORM_BYTES = 65_536;

/** The whole body as bytes; AppError too_large past `maxBytes`, by the header or by what comes. */
export function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let refused = Number(request.headers['content-length'] ?? 0) > maxBytes;
    if (refused) reject(new AppError('too_large'));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes * DRAIN_FACTOR) request.destroy();
      if (refused) return;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      refused = true;
      chunks.length = 0;
      reject(new AppError('too_large'));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    onBroken(request, () => reject(brokenOff()));
  });
}

/** A JSON body. Empty is undefined; another type is unsupported_type; keys that reach prototypes are refused. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request, MAX_JSON_BYTES);
  if (bytes.length === 0) return undefined;
  const type = request.headers['content-type'] ?? '';
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (!/^application\/json\s*(;|$)/i.test(type) || encoding !== 'identity') {
    throw new AppError('unsupported_type', { message: '请用 JSON 提交（Content-Type: application/json）。' });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') throw new SyntaxError(key);
      return value;
    }) as unknown;
  } catch {
    throw new AppError('invalid_input', { message: '内容格式不对（不是有效的 JSON）。' });
  }
}

/** One file of a multipart form, from the field `file`; AppError too_large past `maxBytes`. */
export async function readUpload(request: IncomingMessage, maxBytes: number): Promise<UploadedFile> {
  if (!/^multipart\/form-data/i.test(request.headers['content-type'] ?? '')) {
    throw new AppError('unsupported_type', { message: '请选一个文件再上传（multipart/form-data）。' });
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + FORM_BYTES) {
    request.resume();
    throw fileTooLarge();
  }
  try {
    return await parseUpload(request, maxBytes);
  } finally {
    request.unpipe();
    request.resume();
  }
}

function parseUpload(request: IncomingMessage, maxBytes: number): Promise<UploadedFile> {
  return new Promise<UploadedFile>((resolve, reject) => {
    const invalid = new AppError('invalid_input', { message: '请选一个文件再上传。' });
    let parser: busboy.Busboy;
    try {
      parser = busboy({
        headers: request.headers,
        defParamCharset: 'utf8',
        // busboy calls a file of exactly its limit truncated.
        limits: { files: 1, fields: 0, parts: 2, fileSize: maxBytes + 1 },
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
      // Too large is known long before the form's end.
      found.catch(reject);
    });
    parser.on('error', () => reject(invalid));
    parser.on('close', () => {
      if (!found) reject(invalid);
      else found.then(resolve, reject);
    });
    onBroken(request, () => reject(brokenOff()));
    request.pipe(parser);
  });
}

async function collect(
  stream: AsyncIterable<Buffer> & { truncated?: boolean },
  filename: string,
): Promise<UploadedFile> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  if (stream.truncated) throw fileTooLarge();
  return { bytes: Buffer.concat(chunks), filename };
}

function onBroken(request: IncomingMessage, tell: () => void): void {
  request.on('error', tell);
  request.on('close', () => {
    if (!request.complete) tell();
  });
}

/** Nobody reads this answer: the line is gone. It only ends the request. */
const brokenOff = (): AppError => new AppError('invalid_input', { message: '内容没有传完，请再试一次。' });
const fileTooLarge = (): AppError => new AppError('too_large', { message: '文件太大，请缩小后再上传。' });
