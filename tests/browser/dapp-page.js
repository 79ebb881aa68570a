// The page's half of the harness: runs a test's function with the library and turns the outcome into plain data.

globalThis.dapp = {
  events: [],
  progress: [],
  controller: new AbortController(),
  reason: undefined,
  watch: {
    onEvent: (event) => dapp.events.push(event),
    onProgress: (percent, status) => dapp.progress.push({ percent, status }),
  },
  abort(kind) {
    dapp.controller.abort(reasonOf(kind))
  },
  run,
}

async function run({ source, args, entry }) {
  const imagine = await import(entry)
  const call = globalThis.eval(`(${source})`)
  return outcomeOf(imagine, () => call(imagine, args, dapp))
}

export async function outcomeOf(imagine, call) {
  try {
    return { value: await call() }
  } catch (error) {
    return { error: describe(imagine, error) }
  }
}

const reasonOf = (kind) =>
  ({
    Error: new Error('the visitor left'),
    string: 'the visitor left',
    object: { why: 'the visitor left' },
  })[kind]

function describe(imagine, error) {
  const { signal } = dapp.controller
  return {
    ...fieldsOf(error),
    isError: error instanceof Error,
    class: error instanceof imagine.ImagineError,
    branded: imagine.isImagineError(error),
    cause: error?.cause === undefined ? undefined : fieldsOf(error.cause),
    isReason: signal.aborted && error === signal.reason,
    causeIsReason: signal.aborted && error?.cause === signal.reason,
  }
}

function fieldsOf(error) {
  if (error === null || typeof error !== 'object') return { value: error }
  const { name, code, stage, paid, retry, message, taskId, receipt, details, data } = error
  return plain({ name, code, stage, paid, retry, message, taskId, receipt, details, data })
}

const plain = (value) =>
  JSON.parse(JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner)))
