"""Apache Kafka as plain Java processes: the jars come by Maven, the brokers speak KRaft."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from tools.engines.cache import EngineError, fetch, kept, lacking
from tools.engines.server import HERE, Server, free_ports, listens, start_all

VERSION: Final = "4.1.1"
NEEDS: Final = ("java", "mvn")
USER: Final = "liuhen"
MEMORY: Final = {1: "-Xmx512m", 3: "-Xmx256m"}
POM: Final = f"""
<project>
 <modelVersion>4.0.0</modelVersion>
 <groupId>liuhen</groupId><artifactId>engines</artifactId><version>1</version>
 <dependencies>
  <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
   <version>{VERSION}</version></dependency>
  <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId>
   <version>{VERSION}</version></dependency>
  <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId>
   <version>1.7.36</version></dependency>
 </dependencies>
</project>
"""


def lacks() -> str | None:
    """Why it cannot run here."""
    return lacking(*NEEDS)


def jars() -> Path:
    """The folder of its jars, fetched the first time."""
    return kept(f"kafka-{VERSION}", _fetch)


@dataclass(frozen=True)
class Broker:
    """One broker, which is also one voter of the controllers."""

    server: Server
    port: int
    sasl_port: int


@dataclass(frozen=True)
class Cluster:
    """Brokers that know each other. The plain listener is for everybody on this machine."""

    brokers: Sequence[Broker]
    password: str
    """Of `USER`, on the listener that asks who is there (SCRAM-SHA-512)."""

    @property
    def url(self) -> str:
        return f"kafka://{self.addresses}"

    @property
    def addresses(self) -> str:
        return ",".join(f"{HERE}:{broker.port}" for broker in self.brokers)

    @property
    def sasl_addresses(self) -> str:
        return ",".join(f"{HERE}:{broker.sasl_port}" for broker in self.brokers)

    def start(self) -> None:
        """Start what does not run, and return when all answer."""
        start_all([broker.server for broker in self.brokers])

    def stop(self) -> None:
        for broker in self.brokers:
            broker.server.stop()


def cluster(folder: Path, count: int = 1) -> Cluster:
    """Prepare `count` brokers with their data in `folder`; `start` starts them."""
    ports = free_ports(3 * count)
    plain, sasl, control = (ports[part * count : (part + 1) * count] for part in range(3))
    voters = ",".join(f"{number}@{HERE}:{port}" for number, port in enumerate(control, 1))
    password, cluster_id = uuid4().hex, uuid4().hex[:22]
    brokers = [
        _broker(folder / str(number), number, voters, (*its, count), cluster_id, password)
        for number, its in enumerate(zip(plain, sasl, control, strict=True), 1)
    ]
    return Cluster(brokers, password)


def _broker(
    folder: Path,
    number: int,
    voters: str,
    ports_and_count: tuple[int, int, int, int],
    cluster_id: str,
    password: str,
) -> Broker:
    plain, sasl, control, count = ports_and_count
    folder.mkdir(parents=True)
    properties = folder / "server.properties"
    properties.write_text(
        f"""process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
listeners=PLAINTEXT://{HERE}:{plain},SASL_PLAINTEXT://{HERE}:{sasl},CONTROLLER://{HERE}:{control}
advertised.listeners=PLAINTEXT://{HERE}:{plain},SASL_PLAINTEXT://{HERE}:{sasl}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
log.dirs={folder / "log"}
auto.create.topics.enable=false
offsets.topic.replication.factor={count}
offsets.topic.num.partitions=8
transaction.state.log.replication.factor={count}
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor={count}
share.coordinator.state.topic.min.isr=1
min.insync.replicas={min(2, count)}
group.initial.rebalance.delay.ms=0
"""
    )
    java = ["java", MEMORY[count], "-cp", f"{jars()}/*"]
    told = f"SCRAM-SHA-512=[name={USER},password={password}]"
    tool = [*java, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties)]
    done = subprocess.run(  # noqa: S603 - our own command
        [*tool, "--add-scram", told], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EngineError(f"kafka: {done.stdout}{done.stderr}")
    server = Server(
        f"kafka {number}",
        [*java, "kafka.Kafka", str(properties)],
        folder / "kafka.log",
        lambda: listens(plain),
    )
    return Broker(server, plain, sasl)


def _fetch(folder: Path) -> None:
    pom = folder / "pom.xml"
    pom.write_text(POM)
    fetch(
        [
            "mvn", "-q", "-B", "-f", str(pom),
            "dependency:copy-dependencies", f"-DoutputDirectory={folder}",
        ]
    )  # fmt: skip
