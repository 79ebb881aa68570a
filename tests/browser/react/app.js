// A page of a React app, under StrictMode. `globalThis.app` is how a test sees and steers it.
import { useGenerate, useQuote, useTask, useWallets } from 'imagine-x402/react'
import { StrictMode, createElement as h, useState } from 'react'
import { createRoot } from 'react-dom/client'

let root

/** Everything that the components have shown, in order. */
const shown = []

const PARTS = { Buy, Price, Quote, Watch, Wallets, All }

globalThis.app = {
  shown,
  show(name, props) {
    root ??= createRoot(
      document.querySelector('#app') ??
        document.body.appendChild(Object.assign(document.createElement('div'), { id: 'app' })),
    )
    root.render(h(StrictMode, null, name && h(PARTS[name], props)))
  },
}

function Buy({ request, options }) {
  const { generate, resume, stop, ...purchase } = useGenerate(options)
  if (shown.at(-1) !== purchase.step) shown.push(purchase.step)
  globalThis.app.purchase = purchase
  return h(
    'div',
    null,
    h(
      'button',
      {
        type: 'button',
        id: 'buy',
        onClick: () => {
          globalThis.app.bought = generate(request)
        },
      },
      'Buy',
    ),
    h(
      'button',
      {
        type: 'button',
        id: 'twice',
        onClick: () => {
          const once = generate(request)
          globalThis.app.same = generate(request) === once
        },
      },
      'Buy twice',
    ),
    h(
      'button',
      {
        type: 'button',
        id: 'resume',
        onClick: () => {
          globalThis.app.resumed = resume(globalThis.app.wanted)
        },
      },
      'Resume',
    ),
    h('button', { type: 'button', id: 'stop', onClick: stop }, 'Stop'),
    h('output', null, purchase.error?.code ?? purchase.result?.video.url ?? ''),
  )
}

function Price({ request, options, delay = 300 }) {
  const [prompt, setPrompt] = useState(request.prompt)
  const { quote, error, isLoading } = useQuote(prompt ? { ...request, prompt } : null, { ...options, delay })
  const { generate, result } = useGenerate(options)
  return h(
    'div',
    null,
    h('input', { value: prompt, onInput: (event) => setPrompt(event.target.value) }),
    h('button', { type: 'button', id: 'buy', onClick: () => void generate(quote) }, 'Buy'),
    h(
      'output',
      null,
      result ? result.video.url : error ? error.code : isLoading ? '…' : quote ? quote.price.amount : 'nothing',
    ),
  )
}

/** With the very options that it is given. */
function Quote({ request, options }) {
  const { quote, error } = useQuote(request, options)
  return h('output', null, error?.code ?? quote?.price.amount ?? '')
}

function Watch() {
  const snapshot = useTask(globalThis.app.task)
  return h('output', null, snapshot?.result?.video.url ?? snapshot?.status?.status ?? '')
}

function Wallets() {
  return h(
    'output',
    null,
    useWallets()
      .map(({ name }) => name)
      .join(),
  )
}

/** Every hook at once. */
function All(props) {
  return h('div', null, h(Buy, props), h(Price, props), h(Watch), h(Wallets))
}
