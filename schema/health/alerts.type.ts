import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import { ALERT_STATES, type AlertState } from "#domain/health/index.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { Conflict, InvalidInput, payloadUnion } from "../payload.js";
import { DateTime } from "../scalars.js";

export const AlertStateEnum = enumOf(
  "AlertState",
  ALERT_STATES,
  "PENDING: over the threshold, not for long enough yet. FIRING: people have been told.",
);

@ObjectType({
  simpleResolvers: true,
  description:
    "Administrators are told when the signal is over the threshold for so long, and when it is over.",
})
export class AlertRule {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: "The name of a HealthSignal." })
  signal!: string;

  @Field(() => Float)
  threshold!: number;

  @Field(() => String, { description: "Of threshold and value: %, ms, s or jobs." })
  unit!: string;

  @Field(() => Int)
  forSeconds!: number;

  @Field(() => Boolean)
  isEnabled!: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: "Until then alerts are recorded and nobody is told.",
  })
  mutedUntil!: string | null;

  @Field(() => AlertStateEnum)
  state!: AlertState;

  @Field(() => DateTime)
  stateSince!: string;

  @Field(() => Float, { nullable: true, description: "What it was when it was judged last." })
  lastValue!: number | null;

  @Field(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  version!: number;
}

@ObjectType({ simpleResolvers: true, description: "One time that a rule was broken." })
export class AlertEvent {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  ruleName!: string;

  @Field(() => String)
  signal!: string;

  @Field(() => Float)
  threshold!: number;

  @Field(() => Float, { description: "When people were told." })
  value!: number;

  @Field(() => DateTime)
  firedAt!: string;

  @Field(() => DateTime, { nullable: true, description: "Null while it goes on." })
  recoveredAt!: string | null;

  @Field(() => Boolean, { description: "Nobody was told." })
  wasMuted!: boolean;
}
export const AlertEventConnection = connectionType("AlertEvent", () => AlertEvent);

@InputType()
export class CreateAlertRuleInput {
  @Field(() => String, { description: "At most 100 characters, of one rule only." })
  name!: string;

  @Field(() => String, { description: "The name of a HealthSignal." })
  signal!: string;

  @Field(() => Float, { description: "Broken is what is more than this." })
  threshold!: number;

  @Field(() => Int, { description: "0 to 86400." })
  forSeconds!: number;

  @Field(() => Boolean, { nullable: true, description: "True when left out." })
  isEnabled?: boolean | null;
}

@InputType()
export class UpdateAlertRuleInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => Float, { nullable: true })
  threshold?: number | null;

  @Field(() => Int, { nullable: true })
  forSeconds?: number | null;

  @Field(() => Boolean, { nullable: true })
  isEnabled?: boolean | null;

  @Field(() => Int, { nullable: true })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true })
export class CreateAlertRuleSuccess {
  @Field(() => AlertRule)
  alertRule!: AlertRule;
}

@ObjectType({ simpleResolvers: true })
export class UpdateAlertRuleSuccess {
  @Field(() => AlertRule)
  alertRule!: AlertRule;
}

@ObjectType({ simpleResolvers: true })
export class MuteAlertRuleSuccess {
  @Field(() => AlertRule)
  alertRule!: AlertRule;
}

@ObjectType({ simpleResolvers: true })
export class DeleteAlertRuleSuccess {
  @Field(() => ID)
  id!: string;
}

const failures = [InvalidInput, Conflict];
export const CreateAlertRulePayload = payloadUnion(
  "CreateAlertRulePayload",
  CreateAlertRuleSuccess,
  failures,
);
export const UpdateAlertRulePayload = payloadUnion(
  "UpdateAlertRulePayload",
  UpdateAlertRuleSuccess,
  failures,
);
export const MuteAlertRulePayload = payloadUnion("MuteAlertRulePayload", MuteAlertRuleSuccess, failures);
export const DeleteAlertRulePayload = payloadUnion(
  "DeleteAlertRulePayload",
  DeleteAlertRuleSuccess,
  failures,
);
