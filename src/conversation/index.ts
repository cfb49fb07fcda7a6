export { createConversation } from './conversation.ts';
export { conversationCollections } from './conversations.store.ts';
export { menuChoices } from './words.ts';
