"""The broker's configuration: one node, loopback only, SCRAM for clients, rights for everyone but two accounts."""

from pathlib import Path

from deploy.local.ports import HOST
from deploy.local.secret_store import BROKER_USERS, Secrets

_SECURITY = "org.apache.kafka.common.security"
LOG_CONFIG = """Configuration:
  status: warn
  Appenders: {Console: {name: C, PatternLayout: {pattern: '%d %p %m (%c)%n'}}}
  Loggers:
    Root: {level: warn, AppenderRef: [{ref: C}]}
    Logger: [{name: kafka.authorizer.logger, level: info}]
"""
JAVA_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "--enable-native-access=ALL-UNNAMED",
)
HEAP = ("-Xms32m", "-Xmx128m")
_FIXED = """process.roles=broker,controller
node.id=1
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
sasl.mechanism.controller.protocol=PLAIN
listener.name.client.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.controller.sasl.enabled.mechanisms=PLAIN
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
auto.create.topics.enable=false
log.retention.ms=-1
log.segment.bytes=67108864
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=2
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=4194304
"""


def server_properties(*, port: int, controller_port: int, data: Path, secrets: Secrets) -> str:
    """Return the whole server.properties."""
    password = secrets.password("broker")
    login = f'username="broker" password="{password}"'
    client = f"{_SECURITY}.scram.ScramLoginModule required {login};"
    controller = f'{_SECURITY}.plain.PlainLoginModule required {login} user_broker="{password}";'
    listeners = f"CLIENT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}"
    return (
        _FIXED
        + f"""controller.quorum.bootstrap.servers={HOST}:{controller_port}
listeners={listeners}
advertised.listeners={listeners}
listener.name.client.scram-sha-512.sasl.jaas.config={client}
listener.name.controller.plain.sasl.jaas.config={controller}
super.users={";".join(f"User:{user}" for user in BROKER_USERS)}
log.dirs={data}
"""
    )


def quoted(argument: object) -> str:
    """Return an argument as java's @argfile wants it."""
    return '"' + str(argument).replace("\\", "\\\\").replace('"', '\\"') + '"'
