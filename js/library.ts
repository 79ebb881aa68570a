import { unlessAborted } from './abort.js'
import type { AcceptedTask, Call, Core, CoreQuote } from './core.js'
import { ImagineError, refuse, type Failure } from './error.js'
import { tell } from './events.js'
import { readImage } from './image.js'
import { AcceptedTaskHandle } from './task.js'
import { connect, findWallets } from './wallets.js'
import type { Client, Config, GenerateRequest, ImagineEvent, Library, Quote, WasmSource } from './types.js'

/** The public functions over a way to load the WebAssembly. */
export function library(load: (source?: WasmSource) => Promise<Core>): Library {
  const createClient = (config: Config = {}) => client(load, config)
  return { ...createClient(), createClient, init: async (source) => void (await load(source)) }
}

function client(load: () => Promise<Core>, config: Config): Client {
  const merge = (options: Config = {}): Config => ({ ...config, ...defined(options) })

  const submit: Client['submit'] = async (given, options) => {
    const merged = merge(options)
    const quote = isQuote(given) ? given : undefined
    if (quote?.accepted?.taskId) {
      return handle(quote.accepted.id, { taskId: quote.accepted.taskId, receipt: null }, merged)
    }
    const request = isQuote(given) ? given.request : given
    const whole = (part: CoreQuote) => complete(part, request)
    const notify = (event: CoreEvent) => tell(merged, event.type === 'quoted' ? { type: 'quoted', quote: whole(event.quote) } : event)
    const { confirm, wallet, signal } = merged
    const page = {
      find: (rdns?: string) => findWallets({ rdns }),
      connect,
      notify,
      ...(confirm && { confirm: (part: CoreQuote) => confirm(whole(part)) }),
    }
    const [core, wanted] = await ready(signal, readRequest(request))
    const { id, task } = await failing(core.submit({ ...call(merged), ...wanted, ...(quote && { quote }), wallet, ...page }))
    tell(merged, { type: 'accepted', ...task })
    return handle(id, task, merged)
  }

  const handle = (id: string, task: AcceptedTask, bought: Config) =>
    new AcceptedTaskHandle(id, task, {
      watch: async (options, notify) => {
        const core = await load()
        return failing(core.watch({ ...call({ ...bought, ...defined(options) }), task, notify }))
      },
      status: (taskId) => status(taskId, bought),
    })

  const status: Client['status'] = async (taskId, options) => {
    const merged = merge(options)
    const [core] = await ready(merged.signal)
    return failing(core.status(call(merged), String(taskId)))
  }

  const ready = <T>(signal: AbortSignal | undefined, work?: Promise<T>) => unlessAborted(signal, Promise.all([load(), work as T]), abortedEarly)

  return {
    submit,
    status,
    generate: async (given, options) => (await submit(given, options)).wait(options),
    quote: async (request, options) => {
      const merged = merge(options)
      const [core, wanted] = await ready(merged.signal, readRequest(request))
      return complete(await failing(core.quote({ ...call(merged), ...wanted })), request)
    },
    wallets: (options) => findWallets(options),
  }
}

type CoreEvent = Exclude<ImagineEvent, { type: 'quoted' }> | { type: 'quoted'; quote: CoreQuote }

/** The part of a call that every function shares. `null`, which the core cannot tell from absent, goes as a word. */
function call(options: Config): Call {
  const { signal, timeout, ...rest } = options
  return { options: { ...rest, timeout: timeout === null ? 'none' : timeout }, ...(signal && { signal }) }
}

/** The request as the core takes it: the picture as text, or its bytes beside it. */
async function readRequest(request: GenerateRequest): Promise<Pick<Call, 'request' | 'image'>> {
  const { text, bytes } = await readImage(request?.image)
  return { request: { ...request, image: text }, ...(bytes && { image: bytes }) }
}

function complete({ id, ...part }: CoreQuote, request: GenerateRequest): Quote {
  return { request: { ...request, id }, ...part }
}

function isQuote(given: GenerateRequest | Quote): given is Quote {
  return typeof given === 'object' && given !== null && 'price' in given && 'request' in given
}

/** Options that are given as `undefined` are not given. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}

/** The core fails with a plain object; pages get a real error. */
async function failing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (failure) {
    throw failure instanceof Error ? failure : new ImagineError(failure as Failure)
  }
}

function abortedEarly(reason: unknown): ImagineError {
  return refuse('aborted', 'aborted before anything was sent', reason)
}
