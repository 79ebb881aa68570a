// Realms of JavaScript that have the globals of a page, and the package in them as it is packed.
// Needs --experimental-vm-modules.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'

const FROM_NODE = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'BroadcastChannel',
  'CustomEvent',
  'DOMException',
  'DecompressionStream',
  'Event',
  'EventTarget',
  'File',
  'FormData',
  'Headers',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'clearInterval',
  'clearTimeout',
  'crypto',
  'fetch',
  'performance',
  'queueMicrotask',
  'setInterval',
  'setTimeout',
  'structuredClone',
]

/** What is in the realm of a page besides the language itself. */
export function pageGlobals() {
  const page = new EventTarget()
  const locks = { request: async (name, _options, held) => held({ name }) }
  return {
    ...Object.fromEntries(FROM_NODE.map((name) => [name, globalThis[name]])),
    addEventListener: page.addEventListener.bind(page),
    dispatchEvent: page.dispatchEvent.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
    document: Object.assign(new EventTarget(), { visibilityState: 'visible' }),
    indexedDB: undefined,
    location: { href: 'https://shop.example/' },
    navigator: { onLine: true, locks },
    window: page,
  }
}

/** A realm with these globals. */
export const createRealm = (globals) => vm.createContext(globals)

/** Deletes a property; of a realm also a global of the language. */
export const hide = (object, name) =>
  vm.isContext(object) ? vm.runInContext(`delete globalThis.${name}`, object) : delete object[name]

/**
 * The package in `directory` for one realm. React is a stub of which nothing is called (no
 * SyntheticModule, of which a few dozen crash Node 20).
 */
export function packageFor(realm, directory) {
  const modules = new Map()
  const evaluating = new Map()
  const fileOf = (entry) => path.join(directory, 'dist', entry)

  const resolve = (specifier, from) => {
    const found = /^imagine-x402(?:\/(\w+))?$/.exec(specifier)
    return found ? fileOf(`${found[1] ?? 'index'}.js`) : path.resolve(path.dirname(from), specifier)
  }

  const make = (text, identifier) =>
    new vm.SourceTextModule(text, {
      context: realm,
      identifier,
      initializeImportMeta: (meta) => (meta.url = pathToFileURL(identifier).href),
      importModuleDynamically: async (specifier) => evaluated(await moduleOf(resolve(specifier, identifier))),
    })

  function moduleOf(file) {
    if (!modules.has(file))
      modules.set(
        file,
        textOf(file).then((text) => make(text, file)),
      )
    return modules.get(file)
  }

  const link = (specifier, { identifier }) =>
    specifier === 'react' ? make(STUB, 'react') : moduleOf(resolve(specifier, identifier))

  async function evaluated(module) {
    if (!evaluating.has(module)) evaluating.set(module, evaluate(module))
    await evaluating.get(module)
    return module
  }

  async function evaluate(module) {
    if (module.status === 'unlinked') await module.link(link)
    await module.evaluate()
  }

  return {
    /** Resolves with what `entry` exports. */
    load: async (entry) => (await evaluated(await moduleOf(fileOf(entry)))).namespace,
    /** Runs a module of the app's, and resolves with what it exports. */
    run: async (text) => (await evaluated(make(text, '/app.js'))).namespace,
  }
}

const texts = new Map()

function textOf(file) {
  if (!texts.has(file)) texts.set(file, readFile(file, 'utf8'))
  return texts.get(file)
}

const STUB = ['useCallback', 'useEffect', 'useMemo', 'useRef', 'useState', 'useSyncExternalStore']
  .map((name) => `export const ${name} = () => {}`)
  .join('\n')
