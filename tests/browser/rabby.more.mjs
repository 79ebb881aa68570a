// Rabby's own code in every other situation: a real chain, the official seller.
import { testOthers } from '../situations/vendor.mjs'

testOthers('rabby')
