import { Page } from './page'
import { findMode } from './mode/mode'
import { showHeader } from './ui/header'
import { startTheme } from './ui/theme'

startTheme()
const mode = await findMode()
showHeader(mode)
new Page(mode).open()
