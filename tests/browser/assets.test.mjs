// A seller of version 1 that wants to be paid in EURC.
import { testToken } from './assets.mjs'
import { useWorlds } from './world.mjs'

testToken(useWorlds(), 1)
