const SIGNATURES: readonly (readonly [string, readonly number[]])[] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/bmp', [0x42, 0x4d]],
];

/** The MIME type by the first bytes; what is not known goes out as plain bytes for the platform to judge. */
export function imageTypeOf(bytes: Uint8Array): string {
  const found = SIGNATURES.find(([, marks]) => marks.every((mark, at) => bytes[at] === mark));
  return found?.[0] ?? 'application/octet-stream';
}
