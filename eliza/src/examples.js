// Conversations, from which a model learns when to use the action.
export const examples = [
  [
    { name: '{{user1}}', content: { text: 'Make a video of a paper boat on a neon river.' } },
    { name: '{{agent}}', content: { text: 'I will buy that video.', actions: ['GENERATE_VIDEO'] } },
  ],
  [
    { name: '{{user1}}', content: { text: 'I would love to see a moth dancing around a lamp, as a short clip.' } },
    { name: '{{agent}}', content: { text: 'One clip of a moth and a lamp, then.', actions: ['GENERATE_VIDEO'] } },
  ],
  [
    { name: '{{user1}}', content: { text: 'What do you think of AI videos?' } },
    { name: '{{agent}}', content: { text: 'I like short ones best.', actions: ['REPLY'] } },
  ],
]
