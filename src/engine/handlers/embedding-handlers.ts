import { getEncoderDescription, listEncoders } from '../../../db/repositories/embeddings.ts';
import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { embedPrompts, planEmbedding } from '../services/embedding-service.ts';

type Queries = Pick<QueryHandlers, 'embedding.plan' | 'embedding.list'>;

export function embeddingHandlers({ session }: EngineContext): Queries {
  return {
    'embedding.plan': (input) => planEmbedding(session().file.db, input),
    'embedding.list': () => {
      const { db } = session().file;
      const encoders = listEncoders(db).map(({ encoder, dimension, prompts }) => ({
        ...{ name: encoder, dimension, prompts },
        description: getEncoderDescription(db, encoder),
      }));
      return { encoders };
    },
  };
}

export function embeddingJobs(context: EngineContext): Pick<JobHandlers, 'embedding.start'> {
  return {
    'embedding.start': { kind: 'embed', work: (input, job) => embedPrompts(context, input, job) },
  };
}
