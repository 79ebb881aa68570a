import type { GenerateRequest } from 'imagine-x402'

/** What the form and the limits say now. */
export interface Values {
  request: GenerateRequest
  maxPrice: string
  perDay: string
}

const BUDGET = (perDay: string) => `{ amount: '${perDay}', per: 'day' }`

/** The same purchase in an app's own code, by framework. */
export const CODE: Record<string, (values: Values) => string> = {
  Vanilla: ({ request, maxPrice, perDay }) => `import { createClient } from 'imagine-x402'

const { quote, generate } = createClient({
  maxPrice: '${maxPrice}',
  budget: ${BUDGET(perDay)},
})

const button = document.querySelector('button')
const offer = await quote(${literal(request, '')})
button.textContent = \`Generate for $\${offer.price.amount}\`

button.onclick = async () => {
  const { video, receipt } = await generate(offer)
  if (video) document.querySelector('video').src = video.url
  console.log(receipt)
}
`,
  React: ({ request, maxPrice, perDay }) => `import { useGenerate, useQuote } from 'imagine-x402/react'

const options = { maxPrice: '${maxPrice}', budget: ${BUDGET(perDay)} }
const request = ${literal(request, '')}

export function Video() {
  const { quote } = useQuote(request, options)
  const { generate, step, progress, result, error } = useGenerate(options)
  if (result) return <video src={result.video?.url} controls />
  if (step === 'buying' || step === 'waiting') return <progress max="100" value={progress ?? undefined} />
  return (
    <>
      <button disabled={!quote} onClick={() => quote && generate(quote)}>
        {quote ? \`Generate for $\${quote.price.amount}\` : '…'}
      </button>
      {error && <p role="alert">{error.message} (paid: {error.paid})</p>}
    </>
  )
}
`,
  Svelte: ({ request, maxPrice, perDay }) => `<script>
  import { createClient } from 'imagine-x402'

  const { quote, submit } = createClient({ maxPrice: '${maxPrice}', budget: ${BUDGET(perDay)} })
  const offer = quote(${literal(request, '  ')})
  let task = $state(null)
</script>

{#if task}
  {#if $task.result}
    <video src={$task.result.video?.url} controls></video>
  {:else}
    <progress max="100" value={$task.status?.progress ?? undefined}></progress>
  {/if}
{:else}
  {#await offer then quote}
    <button onclick={async () => (task = await submit(quote))}>Generate for \${quote.price.amount}</button>
  {/await}
{/if}
`,
  Vue: ({ request, maxPrice, perDay }) => `<script setup>
import { createClient } from 'imagine-x402'
import { onScopeDispose, shallowRef } from 'vue'

const { quote, submit } = createClient({ maxPrice: '${maxPrice}', budget: ${BUDGET(perDay)} })
const offer = shallowRef(null)
const state = shallowRef(null)
let leave = () => {}
quote(${literal(request, '')}).then((value) => { offer.value = value })

async function buy() {
  const task = await submit(offer.value)
  leave = task.subscribe((value) => { state.value = value })
}
onScopeDispose(() => leave())
</script>

<template>
  <video v-if="state?.result" :src="state.result.video?.url" controls />
  <progress v-else-if="state" max="100" :value="state.status?.progress ?? undefined" />
  <button v-else :disabled="!offer" @click="buy">
    {{ offer ? \`Generate for $\${offer.price.amount}\` : '…' }}
  </button>
</template>
`,
}

/** As people write it; a picture stands as the variable that the app has it in. */
function literal(request: GenerateRequest, indent: string): string {
  const lines = Object.entries(request)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(
      ([key, value]) =>
        `${indent}  ${key}: ${typeof value === 'string' ? quoted(value) : value instanceof Blob ? 'file' : String(value)},`,
    )
  return `{\n${lines.join('\n')}\n${indent}}`
}

function quoted(text: string): string {
  // `</` would end a component's script.
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replaceAll('</', '<\\/')}'`
}
