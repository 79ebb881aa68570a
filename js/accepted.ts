/** Tasks that the service has accepted: how they are waited for, and what becomes of them. */
import { quietly } from './attempt.js'
import { calling, unsignalled } from './calling.js'
import type { AcceptedTask, Core, CoreEvent } from './core.js'
import { tell } from './events.js'
import { readResult, readStatus, type Completed, type Kept } from './generation.js'
import { coreOptions, type Options } from './options.js'
import { keepVideo, saveVideo } from './saving.js'
import { AcceptedTaskHandle } from './task.js'
import type { Receipt, Task } from './types.js'
import { finders } from './wallets.js'

/** The handles of tasks that were bought: calls that joined get the same one. */
const known = new WeakMap<AcceptedTask, Task>()

/** Returns the function that turns the core's description of an accepted task into a `Task`. */
export function accepting(load: () => Promise<Core>) {
  const accepted = (id: string, task: AcceptedTask, options: Options): Task => {
    const { taskId, receipt } = task
    tell(options, { type: 'accepted', taskId, receipt })
    const handle = known.get(task) ?? make(id, task, unsignalled(options))
    known.set(task, handle)
    return handle
  }

  /** The task stays with the service that accepted it, whatever options a later wait has. */
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
      keeps: bought.keep,
      keep: (result) => keepVideo(id, result),
      save: (made, signal) => saveVideo(id, task.taskId, made, signal),
    })
    if (task.settlement) quietly(async () => handle.settled(await settle(id, task, bought)))
    return handle
  }

  /** Searches for the transaction of a task that was accepted without one, in the background and without a prompt. */
  const settle = async (id: string, task: AcceptedTask, options: Options): Promise<Receipt | undefined> => {
    const core = await load()
    return calling(core.settle(id, task, coreOptions(options), finders(options.wallet)))
  }

  return accepted
}
