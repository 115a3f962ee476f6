/** A file put into a document as it was (the stream `\1Ole10Native`): its name and its bytes. */

interface NativeFile {
  readonly name: Uint8Array;
  readonly bytes: Uint8Array;
  /** Names and paths that stand before it. */
  readonly head: Uint8Array;
}

export function nativeFile(stream: Uint8Array): NativeFile | undefined {
  const data = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  if (data.length < 12 || data.readUInt16LE(4) !== 2) return undefined;
  const zero = (from: number): number => {
    const end = data.indexOf(0, from);
    return end < 0 ? data.length : end;
  };
  const name = zero(6);
  const path = zero(name + 1);
  const lengthAt = path + 1 + 4;
  if (lengthAt + 4 > data.length) return undefined;
  const sizeAt = lengthAt + 4 + data.readUInt32LE(lengthAt);
  if (sizeAt + 4 > data.length) return undefined;
  const from = sizeAt + 4;
  const to = from + data.readUInt32LE(sizeAt);
  if (to > data.length) return undefined;
  return { name: data.subarray(6, name), bytes: data.subarray(from, to), head: Buffer.concat([data.subarray(0, from), Buffer.from('\0\0'), data.subarray(to)]) };
}
