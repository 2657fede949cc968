import { Field, Float, ObjectType, registerEnumType } from "type-graphql";
import {
  HEALTH_STATUSES,
  type HealthStatus,
  type SignalName,
  type SignalUnit,
} from "#domain/health/index.js";
import { FeedGap, MISSING_BEFORE } from "../feed/gap.type.js";
import { DateTime } from "../scalars.js";

export const HealthStatusEnum = Object.fromEntries(HEALTH_STATUSES.map((status) => [status, status]));
registerEnumType(HealthStatusEnum, { name: "HealthStatus" });

@ObjectType({ simpleResolvers: true })
export class ServiceHealth {
  @Field(() => String)
  name!: string;

  @Field(() => HealthStatusEnum)
  status!: HealthStatus;

  @Field(() => Float, { nullable: true, description: "Null when it did not answer." })
  latencyMs!: number | null;

  @Field(() => String, { nullable: true })
  detail!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "Of the container's quota where there is one, else of the machine.",
})
export class CpuHealth {
  @Field(() => Float)
  percent!: number;

  @Field(() => HealthStatusEnum)
  status!: HealthStatus;
}

@ObjectType({
  simpleResolvers: true,
  description: "Of the container's limit where there is one, else of the machine.",
})
export class MemoryHealth {
  @Field(() => Float)
  percent!: number;

  @Field(() => Float)
  usedBytes!: number;

  @Field(() => Float)
  totalBytes!: number;

  @Field(() => HealthStatusEnum)
  status!: HealthStatus;
}

@ObjectType({ simpleResolvers: true, description: "Of the volume that holds the data." })
export class DiskHealth {
  @Field(() => Float)
  percent!: number;

  @Field(() => Float)
  freeBytes!: number;

  @Field(() => Float)
  totalBytes!: number;

  @Field(() => HealthStatusEnum)
  status!: HealthStatus;
}

@ObjectType({ simpleResolvers: true })
export class EventLoopHealth {
  @Field(() => Float)
  p99Ms!: number;

  @Field(() => HealthStatusEnum)
  status!: HealthStatus;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "One figure with the limits that it is judged by: from `warning` on DEGRADED, from `critical` on UNHEALTHY.",
})
export class HealthSignal {
  @Field(() => String, { description: "E.g. OLDEST_WAITING_EMAILS; alert rules and limits go by it." })
  name!: SignalName;

  @Field(() => String)
  label!: string;

  @Field(() => String, { description: "%, ms, s, jobs or faults." })
  unit!: SignalUnit;

  @Field(() => Float, { nullable: true, description: "Null when nothing answered; that is UNHEALTHY." })
  value!: number | null;

  @Field(() => HealthStatusEnum)
  status!: HealthStatus;

  @Field(() => Float)
  warning!: number;

  @Field(() => Float)
  critical!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: "How this installation is. The status is that of its worst part.",
})
export class Health {
  @Field(() => String, { description: "The machine that was measured." })
  host!: string;

  @Field(() => HealthStatusEnum)
  status!: HealthStatus;

  @Field(() => [ServiceHealth])
  services!: readonly ServiceHealth[];

  @Field(() => CpuHealth)
  cpu!: CpuHealth;

  @Field(() => MemoryHealth)
  memory!: MemoryHealth;

  @Field(() => DiskHealth)
  disk!: DiskHealth;

  @Field(() => EventLoopHealth)
  eventLoop!: EventLoopHealth;

  @Field(() => [HealthSignal])
  signals!: readonly HealthSignal[];

  @Field(() => DateTime)
  at!: string;
}

@ObjectType({ simpleResolvers: true })
export class HealthEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => Health)
  health!: Health;

  @Field(() => FeedGap, MISSING_BEFORE)
  gap!: FeedGap | null;
}
