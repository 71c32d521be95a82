import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { addBurnRateAlarms } from '../constructs/burn-rate-alarms.ts';
import { addCanaryAlarm } from '../constructs/canary-alarm.ts';
import { addIndexAlarms } from '../constructs/index-alarms.ts';
import { OperationsTopic } from '../constructs/operations-topic.ts';
import { SavedLogQueries } from '../constructs/saved-log-queries.ts';
import { StageAlarms } from '../constructs/stage-alarms.ts';
import { StageDashboard, type StageDashboardProps } from '../constructs/stage-dashboard.ts';
import { addUpkeepAlarms } from '../constructs/upkeep-alarms.ts';
import { stackSettings } from '../stack-settings.ts';

/** How people see a deployment: alarms, of which some mail, and where it is asked for a dashboard and questions to the logs. Nothing depends on it. */
export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, props: StageDashboardProps) {
    const { config, realtime, httpApiId, search } = props;
    super(scope, id, stackSettings(config, 'alarms and dashboard'));
    const { topic, action } = new OperationsTopic(this, 'Alarms', { email: config.operations.alarmEmail });
    const alarms = new StageAlarms(this, 'Watch', { stage: config.stage, action });
    addUpkeepAlarms(alarms, config, realtime);
    if (config.operations.canary === 'on') addCanaryAlarm(alarms, config.stage);
    if (search !== undefined) addIndexAlarms(alarms, config.stage, search);
    if (config.operations.watch === 'full') {
      addBurnRateAlarms(alarms, { stage: config.stage, httpApiId });
      new StageDashboard(this, 'Service', props);
      new SavedLogQueries(this, 'Queries', { config });
    }
    new CfnOutput(this, 'AlarmTopic', { value: topic.topicArn });
  }
}
