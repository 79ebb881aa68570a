import { privateKeyToAccount } from 'viem/accounts'

/**
 * Keys of the mnemonic "test test test test test test test test test test test junk". Everybody knows them, anvil gives
 * each of them ETH, and on a real chain they are robbed within seconds.
 */
const KEYS = {
  owner: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  facilitator: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  payer: '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  poor: '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
}

/** The sandbox's people: `owner` mints USDC, `facilitator` pays the gas, `payer` has USDC, `poor` has none. */
export const accounts = Object.fromEntries(
  Object.entries(KEYS).map(([name, privateKey]) => [
    name,
    { address: privateKeyToAccount(privateKey).address, privateKey },
  ]),
)
