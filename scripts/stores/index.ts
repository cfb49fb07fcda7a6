export { type MongoOptions, type RunningMongo, startMongo, withDatabase } from './mongo.ts';
export { OWN_DATABASES, type RunningRedis, startRedis } from './redis.ts';
