import { z } from 'zod';

// Without code generation, so that the same schemas pass a strict content security policy. Import zod from here only.
z.config({ jitless: true });

export { z };
