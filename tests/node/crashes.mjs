// When an agent is killed, and what comes of it: data for the tests and for TABLE.md.

/** Code that keeps the wallet from answering. */
const SILENT = `account.signTypedData = () => { say({ event: 'prompt' }); return new Promise(() => setInterval(() => {}, 9e5)) };`

/** Code that keeps what is paid from leaving. */
const HELD = `
  const { fetch } = globalThis
  globalThis.fetch = (url, init) => {
    if (!new Headers(init?.headers).has('x-payment')) return fetch(url, init)
    say({ event: 'leaving' })
    return new Promise(() => setInterval(() => {}, 9e5))
  };`

const said = (event, status) => (line) => line.event === event && (!status || line.status === status)

/**
 * Each: when it is killed (`moment`), by what it says then (`when`) or by what the sandbox has (`paidFirst`), what the
 * journal has (`step`), and whether the money had left (`isPaid`).
 */
export const CRASHES = [
  { moment: 'once the price is known', when: said('quoted'), step: undefined, isPaid: false },
  { moment: 'while it signs', code: SILENT, when: said('prompt'), step: 'signing', isPaid: false },
  {
    moment: 'after the signature, before the payment leaves',
    code: HELD,
    when: said('leaving'),
    step: 'signed',
    isPaid: true,
  },
  { moment: 'after the payment was sent, before its answer', fault: 'paid-delayed', step: 'signed', isPaid: true },
  { moment: 'after the answer', when: said('accepted'), step: 'accepted', isPaid: true },
  { moment: 'while the video is made', when: said('status', 'processing'), step: 'accepted', isPaid: true },
]
