/** The same bytes, as long as there are at most so many; then the stream fails. */
export function bounded(
  body: ReadableStream<Uint8Array> | null,
  most: number,
  onTooLong: () => void = () => {},
): ReadableStream<Uint8Array> | null {
  let left = most
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.byteLength
      if (left >= 0) return controller.enqueue(chunk)
      onTooLong()
      controller.error(new RangeError(`a body is longer than ${most} bytes`))
    },
  })
  return body?.pipeThrough(counting) ?? null
}
