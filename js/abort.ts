/** The outcome of `work`, or a rejection with `late` when it takes more milliseconds than that. */
export async function within<T>(ms: number, work: Promise<T>, late?: unknown): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const ended = new Promise<never>((_, reject) => (timer = setTimeout(reject, ms, late)))
  return Promise.race([work, ended]).finally(() => clearTimeout(timer))
}

/** Resolves `aborted` with the reason once the signal fires, or with nothing once `forget` is called. */
export function onAbort(signal: AbortSignal | undefined): { aborted: Promise<unknown>; forget: () => void } {
  let fire = () => {}
  const aborted = new Promise<unknown>((resolve) => (fire = () => resolve(signal?.reason)))
  if (signal?.aborted) fire()
  signal?.addEventListener('abort', fire)
  const forget = () => {
    signal?.removeEventListener('abort', fire)
    fire()
  }
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
