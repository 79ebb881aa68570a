export { default } from '../node/next.config.mjs'
