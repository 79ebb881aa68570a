// Over XMLHttpRequest, as React Native's is: its responses have no stream.
import { fetch } from 'whatwg-fetch'

globalThis.fetch = fetch
