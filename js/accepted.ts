/** A task that the service has accepted: how it is waited for, and what becomes of it. */
import { quietly } from './attempt.js'
import { calling, unsignalled } from './calling.js'
import type { AcceptedTask, Core, CoreEvent } from './core.js'
import { tell } from './events.js'
import { readResult, readStatus, type Completed, type Kept } from './generation.js'
import { coreOptions, type Options } from './options.js'
import { AcceptedTaskHandle } from './task.js'
import type { Receipt, Task } from './types.js'
import { finders } from './wallets.js'

/** Those of tasks that were bought: calls that have joined get the same. */
const known = new WeakMap<AcceptedTask, Task>()

/** Returns the function that makes a `Task` of what the core says of an accepted one. */
export function accepting(load: () => Promise<Core>) {
  const accepted = (id: string, task: AcceptedTask, options: Options): Task => {
    const { taskId, receipt } = task
    tell(options, { type: 'accepted', taskId, receipt })
    const handle = known.get(task) ?? make(id, task, unsignalled(options))
    known.set(task, handle)
    return handle
  }

  /** The task stays with the service that took it, whatever a later wait asks for. */
  const make = (id: string, task: AcceptedTask, bought: Options): Task => {
    const handle: AcceptedTaskHandle = new AcceptedTaskHandle(id, task, {
      watch: async ({ signal, layers }, notify) => {
        const waiting = layers.map(({ baseUrl: _, ...layer }) => layer)
        const onEvent = (event: CoreEvent) => {
          if (event.type === 'status') notify({ ...event, status: readStatus(event.status, handle.receipt) })
          else if (event.type !== 'quoted') notify(event)
        }
        const core = await load()
        const all = { ...bought, signal, layers: [...bought.layers, ...waiting] }
        const status = await calling(core.wait(id, task, coreOptions(all, { onEvent })))
        return readResult(status as Completed | Kept, handle.receipt)
      },
      status: async () => {
        const core = await load()
        return readStatus(await calling(core.refresh(id, task, coreOptions(bought))), handle.receipt)
      },
    })
    if (task.settlement) quietly(async () => handle.settled(await settle(id, task, bought)))
    return handle
  }

  /** Looks for the transaction of a task that was accepted without one, in the background and without a prompt. */
  const settle = async (id: string, task: AcceptedTask, options: Options): Promise<Receipt | undefined> => {
    const core = await load()
    return calling(core.settle(id, task, coreOptions(options), finders(options.wallet)))
  }

  return accepted
}
