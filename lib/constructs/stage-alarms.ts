import {
  Alarm,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarmAction,
  type IAlarmRule,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Stage } from '../config.ts';

export interface StageAlarmsProps {
  readonly stage: Stage;
  /** What is done when one of them goes off. */
  readonly action: IAlarmAction;
}

export interface Watched {
  /** What has happened, as a sentence without its full stop. */
  readonly what: string;
  readonly metric: IMetric;
  /** What is above it is wrong. */
  readonly threshold: number;
  /** In a row. @default 1 */
  readonly periods?: number;
  /** The section of the runbook. @default the name of the alarm */
  readonly section?: string;
  /** @default NOT_BREACHING: what tells nothing has nothing to tell */
  readonly treatMissingData?: TreatMissingData;
  /** Whether it is one half of another alarm, and tells nobody by itself. @default false */
  readonly isPart?: boolean;
}

const RUNBOOK = 'docs/runbook.md';

/** Makes the alarms of a deployment, each with a name that says whose it is and a section of the runbook. */
export class StageAlarms extends Construct {
  private readonly props: StageAlarmsProps;

  constructor(scope: Construct, id: string, props: StageAlarmsProps) {
    super(scope, id);
    this.props = props;
  }

  watch(name: string, watched: Watched): Alarm {
    const { metric, threshold, what, section = name, periods = 1, isPart = false } = watched;
    const alarm = new Alarm(this, name, {
      alarmName: this.nameOf(name),
      alarmDescription: describe(what, section),
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: watched.treatMissingData ?? TreatMissingData.NOT_BREACHING,
    });
    if (!isPart) alarm.addAlarmAction(this.props.action);
    return alarm;
  }

  /** An alarm that goes off when a rule over others holds. */
  combine(name: string, { what, section, rule }: { what: string; section: string; rule: IAlarmRule }): void {
    const alarm = new CompositeAlarm(this, name, {
      compositeAlarmName: this.nameOf(name),
      alarmDescription: describe(what, section),
      alarmRule: rule,
    });
    alarm.addAlarmAction(this.props.action);
  }

  private nameOf(name: string): string {
    return `syncline-${this.props.stage}-${name}`;
  }
}

function describe(what: string, section: string): string {
  return `${what}. ${RUNBOOK}, "${section}", says what to do.`;
}
