// What a visitor does, in any browser: sees the price, pays with a click, comes back later. What came of it is said in
// the page.
const { entry, options } = globalThis.__config
const { generate, quote, tasks } = await import(entry)

const say = (value) => {
  document.querySelector('output').textContent = JSON.stringify(value)
}
const failed = ({ code, message, paid, cause }) => say({ error: { code, message, paid, cause: String(cause) } })

/** Large enough to be read in parts. */
function picture() {
  const bytes = Uint8Array.from({ length: 500_001 }, (_, i) => (i * 7 + (i >> 8) * 13) & 255)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return bytes
}

async function buy() {
  const request = { prompt: 'A paper boat on a neon river', image: new Blob([picture()]) }
  const offer = await quote(request, options)
  const events = []
  const { video, receipt } = await generate(offer, { ...options, onEvent: ({ type }) => events.push(type) })
  return { price: offer.price.amount, video: video.url, receipt, events }
}

document.querySelector('#buy').onclick = () => void buy().then(say, failed)
document.querySelector('#remember').onclick = () =>
  void tasks().then(
    (all) => say(all.map(({ step, paid, receipt }) => ({ step, paid, transaction: receipt.transaction }))),
    failed,
  )
document.title = 'ready'
