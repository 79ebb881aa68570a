// The cards of errors, each reached by a real fault: of the sandbox (real chain, official x402 code), of the browser or
// of the visitor; a seller who answers garbage is one made for it. Those of wallets are in `wallets.more.mjs`;
// `wallet_error` is met with play money alone (`mock.more.mjs`).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { html, startStubSeller } from '../browser/stub-seller.mjs'
import { meetCard } from './meet.mjs'
import { browser, dir, site, useSite } from './site.mjs'
import { finishJob, openSite, priced } from './visit.mjs'

useSite()

const meet = (...meeting) => meetCard({ browser, site }, ...meeting)
const buy = async (page, amount = '1.00') => (await priced(page, amount)).click()
const choose = async (page, label) => {
  await page.getByLabel('What goes wrong').selectOption({ label })
}
const spend = async (work) => {
  const { payer, balanceOf } = site.sandbox
  const had = await balanceOf(payer.address)
  await work()
  return had - (await balanceOf(payer.address))
}

/** What becomes of a seller who answers so; it is one by need, since the real one does not. */
async function answered(answer, code, button) {
  const seller = await startStubSeller()
  seller.answer({ probe: answer })
  const other = await site.but({ apiUrl: seller.url })
  try {
    await meet(code, 'no', button, () => {}, { url: other.url })
  } finally {
    await other.stop()
    await seller.stop()
  }
}

describe('before anything is signed', () => {
  test('http: the service is down', () =>
    meet('http', 'no', 'Ask for the price again', (page) => choose(page, 'The service is down')))

  test('network: the service is out of reach', () =>
    meet('network', 'no', 'Ask for the price again', (page) =>
      page
        .route('**/generation/create', (route) => route.abort())
        .then(() => page.getByLabel('Length in seconds').fill('4')),
    ))

  test('bad_response: the seller answers garbage', () => answered(html(200), 'bad_response', 'Ask for the price again'))

  test('bad_response: the seller asks for money without saying how', () =>
    answered({ status: 402, body: { x402Version: 1, error: 'pay' } }, 'bad_response', 'Ask for the price again'))

  test('no_acceptable_offer: the official seller, who wants euros', async () => {
    const euros = await openSite(dir, { token: 'eurc' })
    try {
      await meetCard({ browser, site: euros }, 'no_acceptable_offer', 'no', 'Ask for the price again', () => {})
    } finally {
      await euros.close()
    }
  })

  test('no_acceptable_offer: the seller is on another network', async () => {
    const elsewhere = await site.but({ chainId: 84532 })
    try {
      await meet('no_acceptable_offer', 'no', 'Ask for the price again', () => {}, { url: elsewhere.url })
    } finally {
      await elsewhere.stop()
    }
  })

  test('invalid_request: the page is set up wrongly', async () => {
    const wrong = await site.but({ payTo: '0x12' })
    try {
      await meet('invalid_request', 'no', 'Change the request', () => {}, {
        url: wrong.url,
        next: async (page) => {
          await page.getByRole('button', { name: 'Change the request' }).click()
          assert.ok(await page.locator('#prompt:focus').isVisible())
        },
      })
    } finally {
      await wrong.stop()
    }
  })

  test('image_unreadable: a file that is no picture', () =>
    meet('image_unreadable', 'no', 'Remove the image', (page) =>
      page
        .locator('#image-file')
        .setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') }),
    ))

  test('unsupported_environment: a policy that forbids WebAssembly', () =>
    meet('unsupported_environment', 'no', 'Load the page again', async (page) => {
      await page.route(site.url, async (route) => {
        const response = await route.fetch()
        const policy = response.headers()['content-security-policy'].replace(" 'wasm-unsafe-eval'", '')
        await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
      })
      await page.reload()
    }))

  test('price_too_high: above the limit', () =>
    meet(
      'price_too_high',
      'no',
      'Raise the limit to $1.00',
      async (page) => {
        await page.getByLabel('Never pay more than').fill('0.50')
        await buy(page)
      },
      {
        next: async (page) => {
          await page.getByRole('button', { name: 'Raise the limit' }).click()
          assert.equal(await page.getByLabel('Never pay more than').inputValue(), '1.00')
          await page.locator('#generate:focus').waitFor()
          assert.equal(
            (await site.sandbox.requests.filter(({ paid }) => paid)).length,
            0,
            'raising a limit buys nothing',
          )
        },
      },
    ))

  test('budget_exceeded: above the limit of the day', () =>
    meet('budget_exceeded', 'no', 'Change the limit of the day', async (page) => {
      await priced(page, '1.00')
      await page.getByLabel('In any 24 hours').fill('0.50')
      await page.getByLabel('In any 24 hours').press('Tab')
      await page.locator('#spent-text', { hasText: 'of $0.50' }).waitFor()
      await page.getByText(/Of your limit for 24 hours, \$0\.50 is left/).waitFor()
      await buy(page)
    }))

  test('insufficient_funds: an account with nothing', async () => {
    const poor = await site.but({ payer: site.sandbox.poor })
    try {
      await meet('insufficient_funds', 'no', 'Copy the address to add USDC to', (page) => buy(page), { url: poor.url })
    } finally {
      await poor.stop()
    }
  })

  test('user_rejected: the visitor refuses', () =>
    meet('user_rejected', 'no', 'Try again', async (page) => {
      await page.getByLabel('Ask me before it signs').check()
      await buy(page)
      await page.getByRole('button', { name: 'Sign', exact: true }).waitFor()
      await page.keyboard.press('Escape')
    }))

  test('declined: the visitor changes their mind about a token', () =>
    meet('declined', 'no', 'Try again', async (page) => {
      await page.locator('#advanced summary').click()
      await page.getByLabel('Launch a token').check()
      await buy(page)
      await page.getByRole('button', { name: 'Do not buy' }).click()
    }))

  test('aborted: cancelled while the wallet asks', () =>
    meet('aborted', 'no', 'Try again', async (page) => {
      await page.getByLabel('Ask me before it signs').check()
      await buy(page)
      await page.getByRole('button', { name: 'Sign', exact: true }).waitFor()
      await page.locator('#cancel').evaluate((button) => button.click())
      await page.locator('#sign').evaluate((dialog) => dialog.close('no'))
    }))
})

describe('once the payment was sent', () => {
  test('payment_rejected: refused, and certain once the chain is past the window', async () => {
    const spent = await spend(() =>
      meet('payment_rejected', 'no', 'Try again', async (page) => {
        await choose(page, 'The payment is refused')
        await buy(page)
        await page.locator('#run-note', { hasText: 'The answer got lost' }).waitFor()
        await page.getByRole('button', { name: 'Skip two minutes' }).click()
      }),
    )
    assert.equal(spent, 0n)
  })

  test('payment_unknown: offline just after the payment; looking again finds the video, paid once', async () => {
    const spent = await spend(() =>
      meet(
        'payment_unknown',
        'unknown',
        'Check again',
        async (page, { context }) => {
          await context.addInitScript(() => {
            const { now } = Date
            globalThis.jump = 0
            Date.now = () => now() + globalThis.jump
          })
          await page.reload()
          await page.route('**/generation/create', async (route) => {
            if (!('x-payment' in route.request().headers())) return route.continue()
            await route.fetch()
            await context.setOffline(true)
            await route.abort()
          })
          await buy(page)
          await page.locator('#run-note', { hasText: 'The answer got lost' }).waitFor()
          await page.evaluate(() => {
            globalThis.jump += 120_000
          })
        },
        {
          next: async (page) => {
            await page.unrouteAll()
            await page.context().setOffline(false)
            await page.getByRole('button', { name: 'Check again' }).click()
            await finishJob(page, site)
          },
        },
      ),
    )
    assert.equal(spent, 1_000_000n)
  })

  test('generation_failed: paid, and then the job fails', () =>
    meet('generation_failed', 'yes', 'Buy again: a new payment', async (page) => {
      await choose(page, 'The video cannot be made')
      await buy(page)
      await page.locator('#making').waitFor()
      site.skip(9)
    }))

  test('task_not_found: paid, and the service does not know the job', () =>
    meet(
      'task_not_found',
      'yes',
      'Check again',
      async (page) => {
        await choose(page, 'The job is not found')
        await buy(page)
      },
      {
        next: async (page) => {
          site.sandbox.fault(null)
          await page.getByRole('button', { name: 'Check again' }).click()
          await finishJob(page, site)
        },
      },
    ))

  test('wait_timeout: the job takes longer than the timeout', () =>
    meet(
      'wait_timeout',
      'yes',
      'Check again',
      async (page) => {
        await buy(page)
        await page.locator('[data-step=queue].now').waitFor()
        await page.clock.fastForward('30:00')
      },
      {
        prepare: (page) => page.clock.install(),
        next: async (page) => {
          await page.getByRole('button', { name: 'Check again' }).click()
          await finishJob(page, site)
        },
      },
    ))

  test('aborted: stopped after the payment', () =>
    meet('aborted', 'yes', 'Check again', async (page) => {
      await buy(page)
      await page.locator('[data-step=queue].now').waitFor()
      await page.getByRole('button', { name: 'Stop watching' }).click()
    }))
})
