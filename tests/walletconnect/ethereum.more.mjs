// WalletConnect's EthereumProvider in every situation, with Reown's WalletKit on the phone: a real chain, the official
// seller, a stand-in for the relay.
import { testAll } from '../situations/vendor.mjs'

testAll('walletconnect')
