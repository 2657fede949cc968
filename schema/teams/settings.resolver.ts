import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import { findSettings, updateSettings } from "#domain/teams/index.js";
import type { SchemaContext } from "../context.js";
import { Conflict, InvalidInput, payloadUnion, settle } from "../payload.js";

@ObjectType({ simpleResolvers: true, description: "What the organisation has decided about itself." })
export class Settings {
  @Field(() => Boolean, {
    description: "People who may not export leads see their addresses in part: j***@example.com.",
  })
  maskAddresses!: boolean;

  @Field(() => Boolean, {
    description: "Whoever made a campaign or edited it last does not launch it: a second person does.",
  })
  fourEyesLaunch!: boolean;

  @Field(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  version!: number;
}

@InputType()
export class UpdateSettingsInput {
  @Field(() => Boolean, { nullable: true })
  maskAddresses?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  fourEyesLaunch?: boolean | null;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true })
export class UpdateSettingsSuccess {
  @Field(() => Settings)
  settings!: Settings;
}

const UpdateSettingsPayload = payloadUnion("UpdateSettingsPayload", UpdateSettingsSuccess, [
  InvalidInput,
  Conflict,
]);

@Resolver()
export class SettingsResolver {
  @Query(() => Settings)
  settings(@Ctx() { op }: SchemaContext): Promise<Settings> {
    return findSettings(op, op.tenantId);
  }

  @Mutation(() => UpdateSettingsPayload)
  updateSettings(
    @Arg("input", () => UpdateSettingsInput) input: UpdateSettingsInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("UpdateSettingsSuccess", async () => {
      await op.run(updateSettings, input, { idempotencyKey });
      return { settings: await findSettings(op, op.tenantId) };
    });
  }
}
