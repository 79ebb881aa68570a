// An agent is killed around its payment and started again: paid once, and what was paid for arrives.
import { describe, test } from 'node:test'
import { useSandbox } from './agent.mjs'
import { play } from './crash.mjs'
import { CRASHES } from './crashes.mjs'

useSandbox()

describe('an agent that is killed', { timeout: 120_000 }, () => {
  for (const crash of CRASHES.filter(({ step }) => step === 'signed')) test(crash.moment, () => play(crash))
})
