// MetaMask's own code in five situations: a real chain, the official seller.
import { testSlice } from '../situations/vendor.mjs'

testSlice('metamask')
