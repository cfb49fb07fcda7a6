export { createConversation } from './conversation.ts';
export { conversationCollections } from './conversations.store.ts';
export { createConversationMemory } from './memory.ts';
export { menuChoices } from './words.ts';
