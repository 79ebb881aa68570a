// A visitor's clock that is an hour fast.
import { testClock } from './clock.mjs'
import { useWorlds } from './world.mjs'

testClock(useWorlds(), 'fast', 3_600_000)
