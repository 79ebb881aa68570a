/** Resolves `aborted` with the reason once the signal fires, until `forget` is called. */
export function onAbort(signal: AbortSignal | undefined): { aborted: Promise<unknown>; forget: () => void } {
  let forget = () => {}
  const aborted = new Promise<unknown>((resolve) => {
    if (!signal) return
    const fire = () => resolve(signal.reason)
    if (signal.aborted) return fire()
    signal.addEventListener('abort', fire, { once: true })
    forget = () => signal.removeEventListener('abort', fire)
  })
  return { aborted, forget }
}

/** The outcome of `work`, or the error of `abort` as soon as the signal fires. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>, abort: (reason: unknown) => Error): Promise<T> {
  const { aborted, forget } = onAbort(signal)
  try {
    return await Promise.race([aborted.then((reason) => Promise.reject(abort(reason))), work])
  } finally {
    forget()
  }
}
