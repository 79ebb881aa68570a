// Rainbow's own code in every situation: a real chain, the official seller.
import { testVendor } from '../situations/vendor.mjs'

testVendor('rainbow')
