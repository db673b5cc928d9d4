"""How to reach Kafka: the same settings in the words of aiokafka, confluent-kafka and Faust."""

import ssl
from typing import Any

from aiokafka.helpers import create_ssl_context

from libs.settings import ServiceSettings

MECHANISM = "SCRAM-SHA-512"


def _ssl_context(settings: ServiceSettings) -> ssl.SSLContext | None:
    if settings.kafka_security != "SASL_SSL":
        return None
    context: ssl.SSLContext = create_ssl_context(cafile=str(settings.kafka_ca) if settings.kafka_ca else None)
    return context


def aiokafka_args(settings: ServiceSettings) -> dict[str, Any]:
    """Return the connection arguments of an aiokafka client."""
    args: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap}
    if settings.kafka_username:
        args |= {
            "security_protocol": settings.kafka_security,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
            "ssl_context": _ssl_context(settings),
        }
    return args


def confluent_conf(settings: ServiceSettings) -> dict[str, Any]:
    """Return the connection configuration of a confluent-kafka client."""
    conf: dict[str, Any] = {"bootstrap.servers": settings.kafka_bootstrap, "log_level": 2}
    if settings.kafka_username:
        conf |= {
            "security.protocol": settings.kafka_security,
            "sasl.mechanism": MECHANISM,
            "sasl.username": settings.kafka_username,
            "sasl.password": settings.kafka_password.get_secret_value(),
        }
    if settings.kafka_ca:
        conf["ssl.ca.location"] = str(settings.kafka_ca)
    return conf


def faust_credentials(settings: ServiceSettings) -> Any:
    """Return Faust's credentials, or None for a broker that asks for none."""
    import faust

    if not settings.kafka_username:
        return None
    return faust.SASLCredentials(
        username=settings.kafka_username,
        password=settings.kafka_password.get_secret_value(),
        mechanism=MECHANISM,
        ssl_context=_ssl_context(settings),
    )
