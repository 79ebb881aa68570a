import { createTestWorld } from 'imagine-x402/testing'
import { byId } from '../ui/dom'
import { SCENARIOS } from './mock-scenarios'
import { openMockService } from './mock-service'
import { mockWallet } from './mock-wallet'
import type { Mode } from './mode'
import { playStore } from './play-store'
import type { Rehearsal } from './rehearsal'
import { announceTestWallet, isTestWallet, MOCK_WALLET } from './test-wallets'

/** Play money: wallet and service are inside the page, the library in between is the real one. */
export function mockMode(name: string): Mode {
  const rehearsal = mockRehearsal(name)
  const scenario = () => SCENARIOS.find((one) => one.name === rehearsal.current)
  const { wallet, service } = createTestWorld({ price: '1.20' })
  openMockService(service, scenario)
  // Seeing what would be signed is half of what there is to see.
  byId('ask', HTMLInputElement).checked = true
  const provider = mockWallet(wallet, scenario)
  const { wallets = 1, config } = scenario() ?? {}
  if (wallets > 0) announceTestWallet({ name: 'Play-money wallet', rdns: MOCK_WALLET }, provider)
  if (wallets > 1)
    announceTestWallet(
      { name: 'Another play-money wallet', rdns: `other-${MOCK_WALLET}`, colour: '#0f766e' },
      { ...provider },
    )
  return {
    kind: 'mock',
    name: 'Mock',
    truth:
      'Play money: wallet and service are inside this page. The library in between is the real one. A run takes about 20 seconds.',
    config: {
      baseUrl: service.baseUrl,
      pollInterval: 2000,
      ...('locks' in navigator && { storage: playStore }),
      ...config,
    },
    owns: (baseUrl) => baseUrl === service.baseUrl,
    admits: isTestWallet,
    rehearsal,
  }
}

function mockRehearsal(name: string): Rehearsal {
  const rehearsal: Rehearsal = {
    scenarios: SCENARIOS,
    current: SCENARIOS.some((one) => one.name === name) ? name : '',
    async choose(next) {
      const needsReload = [rehearsal.current, next].some((one) => changesThePage(one))
      rehearsal.current = next
      const search = next ? `?mock=${next}` : '?mock'
      if (needsReload) location.search = search
      else history.replaceState(null, '', search)
    },
  }
  return rehearsal
}

/** Wallets that announced themselves stay, and a client's configuration is bound. */
function changesThePage(name: string): boolean {
  const { wallets, config } = SCENARIOS.find((one) => one.name === name) ?? {}
  return wallets !== undefined || config !== undefined
}
