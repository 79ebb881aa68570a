/** A task that the service has accepted: how it is waited for, and what becomes of it. */
import { quietly } from './attempt.js'
import { calling, unsignalled } from './calling.js'
import { Conversation } from './conversation.js'
import type { AcceptedTask, Core } from './core.js'
import { tell } from './events.js'
import { readResult, readStatus, type Completed, type CoreStatus, type Kept } from './generation.js'
import { Lease } from './lease.js'
import type { Options } from './options.js'
import { storeOf } from './store.js'
import { tellOthers } from './tabs.js'
import { AcceptedTaskHandle } from './task.js'
import { Transport } from './transport.js'
import type { ImagineEvent, Receipt, Task } from './types.js'
import { Watcher } from './watcher.js'

export type Notify = (event: ImagineEvent) => void

/** Events as the core gives them. */
export type PlainEvent = Exclude<ImagineEvent, { type: 'quoted' | 'status' }>
type WatchingEvent = PlainEvent | { type: 'status'; status: CoreStatus; heardAt: number }

/** Returns the function that makes a `Task` of what the core says of an accepted one. */
export function accepting(load: () => Promise<Core>) {
  /** The task stays with the service that took it, whatever a later wait asks for. */
  const accepted = (id: string, task: AcceptedTask, options: Options, notify?: Notify): Task => {
    const bought = unsignalled(options)
    const { taskId, receipt } = task
    const tellAll = notify ?? ((event) => tell(bought, event))
    tellAll({ type: 'accepted', taskId, receipt })
    const handle: AcceptedTaskHandle = new AcceptedTaskHandle(id, task, {
      watch: async ({ signal, layers }, notify) => {
        const waiting = layers.map(({ baseUrl: _, ...layer }) => layer)
        const hear = (event: WatchingEvent) =>
          notify(event.type === 'status' ? { ...event, status: readStatus(event.status, handle.receipt) } : event)
        const core = await load()
        const watcher = new Watcher(id)
        const { pause, takeTurn, told, transport } = watcher
        try {
          const all = { signal, layers: [...bought.layers, ...waiting] }
          const status = await calling(
            all,
            (call) => core.watch({ ...call, pause, takeTurn, told, task, notify: hear }),
            transport,
          )
          return readResult(status as Completed | Kept, handle.receipt)
        } finally {
          watcher.end()
        }
      },
      status: async () => {
        const core = await load()
        const transport = new Transport({ hear: (answer) => tellOthers(id, answer) })
        return readStatus(
          await calling(bought, (call) => core.watch({ ...call, task: { ...task, once: true } }), transport),
          handle.receipt,
        )
      },
      ended: (status, task, result) =>
        quietly(async () => {
          const core = await load()
          const { update } = new Lease(storeOf(bought.storage))
          const ended = { status, ...(result && { result }) }
          await calling(bought, (call) => core.finish({ ...call, update, task, ended }, id))
        }),
    })
    if (task.settlement) quietly(async () => handle.settled(await settle(id, task, bought)))
    return handle
  }

  /** Looks for the transaction of a task that was accepted without one, in the background and without a prompt. */
  const settle = async (id: string, task: AcceptedTask, options: Options): Promise<Receipt | undefined> => {
    const core = await load()
    const { find, ask } = new Conversation(options.wallet)
    const { update } = new Lease(storeOf(options.storage))
    return calling(options, (call) => core.settle({ ...call, find, ask, update, task }, id))
  }

  return accepted
}
