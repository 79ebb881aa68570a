// Payers that are contracts: a smart account by Circle's own test wallets (ERC-1271), and a plain account that hands
// over to a contract (EIP-7702). Real chain, real token, both official sellers; MetaMask signs.
import { testPayers } from './payers.mjs'
import { useWorlds } from './world.mjs'

testPayers(useWorlds(), 2)
