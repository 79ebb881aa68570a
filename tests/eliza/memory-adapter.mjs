// A database in memory for ElizaOS's runtime, as far as one without models uses it.

/** @param DatabaseAdapter that of `@elizaos/core` */
export function memoryAdapter(DatabaseAdapter) {
  const tables = { agents: new Map(), entities: new Map(), rooms: new Map(), worlds: new Map(), memories: new Map() }
  const participants = new Map()
  const cache = new Map()
  const found = (table, ids) => ids.flatMap((id) => tables[table].get(id) ?? [])
  const put = (table, rows) => {
    for (const row of rows) tables[table].set(row.id, row)
    return true
  }
  const members = {
    init: async () => {},
    initialize: async () => {},
    isReady: async () => true,
    close: async () => {},
    runPluginMigrations: async () => {},
    getAgent: async (id) => tables.agents.get(id) ?? null,
    getAgents: async () => [...tables.agents.values()],
    createAgent: async (agent) => put('agents', [agent]),
    updateAgent: async (id, agent) => put('agents', [{ ...tables.agents.get(id), ...agent, id }]),
    getEntitiesByIds: async (ids) => found('entities', ids),
    getEntitiesForRoom: async (id) => found('entities', [...(participants.get(id) ?? [])]),
    createEntities: async (entities) => put('entities', entities),
    updateEntity: async (entity) => void put('entities', [entity]),
    getComponents: async () => [],
    getWorld: async (id) => tables.worlds.get(id) ?? null,
    getAllWorlds: async () => [...tables.worlds.values()],
    createWorld: async (world) => put('worlds', [world]) && world.id,
    updateWorld: async (world) => void put('worlds', [world]),
    getRoomsByIds: async (ids) => found('rooms', ids),
    createRooms: async (rooms) => put('rooms', rooms) && rooms.map(({ id }) => id),
    getParticipantsForRoom: async (id) => [...(participants.get(id) ?? [])],
    isRoomParticipant: async (room, entity) => participants.get(room)?.has(entity) ?? false,
    addParticipantsRoom: async (entities, room) => {
      participants.set(room, new Set([...(participants.get(room) ?? []), ...entities]))
      return true
    },
    createMemory: async (memory) => put('memories', [memory]) && memory.id,
    getMemoryById: async (id) => tables.memories.get(id) ?? null,
    getMemories: async ({ roomId }) => [...tables.memories.values()].filter((memory) => memory.roomId === roomId),
    updateMemory: async (memory) => put('memories', [{ ...tables.memories.get(memory.id), ...memory }]),
    getRelationships: async () => [],
    getCache: async (key) => cache.get(key),
    setCache: async (key, value) => Boolean(cache.set(key, value)),
    getTasks: async () => [],
    log: async () => {},
  }
  return Object.assign(new (class extends DatabaseAdapter {})(), members)
}
