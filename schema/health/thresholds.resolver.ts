import { Arg, Ctx, Field, Float, InputType, Int, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import { readThresholds, updateHealthThresholds } from "#domain/health/index.js";
import type { SchemaContext } from "../context.js";
import { Conflict, InvalidInput, payloadUnion, settle } from "../payload.js";

@ObjectType({
  simpleResolvers: true,
  description: "From when a signal is DEGRADED and from when UNHEALTHY, in this installation.",
})
export class HealthThreshold {
  @Field(() => String, { description: "The name of a HealthSignal." })
  signal!: string;

  @Field(() => String)
  label!: string;

  @Field(() => String, { description: "%, ms, s or jobs." })
  unit!: string;

  @Field(() => Float)
  warning!: number;

  @Field(() => Float)
  critical!: number;

  @Field(() => Float)
  defaultWarning!: number;

  @Field(() => Float)
  defaultCritical!: number;

  @Field(() => Int, {
    description: "Of all limits together; raised by every change. Hand it back as expectedVersion.",
  })
  version!: number;
}

@InputType()
export class HealthThresholdInput {
  @Field(() => String)
  signal!: string;

  @Field(() => Float)
  warning!: number;

  @Field(() => Float)
  critical!: number;
}

@InputType()
export class UpdateHealthThresholdsInput {
  @Field(() => [HealthThresholdInput], { description: "What is left out stays." })
  thresholds!: HealthThresholdInput[];

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true })
export class UpdateHealthThresholdsSuccess {
  @Field(() => [HealthThreshold])
  healthThresholds!: readonly HealthThreshold[];
}

const UpdateHealthThresholdsPayload = payloadUnion(
  "UpdateHealthThresholdsPayload",
  UpdateHealthThresholdsSuccess,
  [InvalidInput, Conflict],
);

@Resolver()
export class HealthThresholdsResolver {
  @Query(() => [HealthThreshold])
  healthThresholds(@Ctx() { op }: SchemaContext): Promise<HealthThreshold[]> {
    return readThresholds(op);
  }

  @Mutation(() => UpdateHealthThresholdsPayload, { description: "In force within five seconds, everywhere." })
  updateHealthThresholds(
    @Arg("input", () => UpdateHealthThresholdsInput) input: UpdateHealthThresholdsInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("UpdateHealthThresholdsSuccess", async () => {
      await op.run(updateHealthThresholds, input, { idempotencyKey });
      return { healthThresholds: await readThresholds(op) };
    });
  }
}
