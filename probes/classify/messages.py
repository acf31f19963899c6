"""What gateways say in words where they give no code, in Chinese and English. Narrow on purpose.

Sources: one-api `middleware/{auth,distributor}.go`, `model/token.go`, `controller/relay.go`; new-api
`middleware/*.go`, `service/pre_consume_quota.go`; documentation and captures of the rest; 2026-11-20.
Every repetition is bounded, so that no text takes long.
"""

import re

from probes.model import ErrorKind

# In order: the first kind with a phrase in the message is meant.
#
# "You exceeded your current quota, please check your plan and billing details" is left out on purpose: OpenAI
# says it of an empty account (and adds a code), Google says it of an ordinary rate limit.
_PHRASES: dict[ErrorKind, tuple[str, ...]] = {
    ErrorKind.CONTENT_FILTERED: (
        r"content[ _](?:management )?policy",
        r"safety system",
        r"requires moderation",
        r"input was flagged",
        r"sensitive words",
        r"敏感词",
        r"内容.{0,8}违规",
        r"违反.{0,12}政策",
        r"审核未通过",
    ),
    ErrorKind.INSUFFICIENT_BALANCE: (
        r"(?:余额|额度)(?:不足|已用尽|已用完)",
        r"预扣费额度失败",
        r"账[户号]欠费",
        r"insufficient (?:account )?(?:balance|credits?|funds|user quota)",
        r"(?:balance|quota) is not enough",
        r"balance is too low",
        r"credits are depleted",
        r"(?:out of|not enough) credits",
    ),
    ErrorKind.MODEL_NOT_FOUND: (
        r"无可用渠道",
        r"可用渠道不存在",
        r"模型.{0,60}(?:不存在|已下线)",
        r"no available channel",
        r"no endpoints found",
        r"\bmodel\b.{0,100}(?:does not exist|not found|not exist|has been (?:deprecated|retired))",
    ),
    ErrorKind.BAD_REQUEST: (
        r"invalid url",
        r"unknown request url",
        r"route not found",
        r"cannot (?:post|get) /",
        r"^(?:404 page )?not found$",
        r"not supported model for image generation",
    ),
    ErrorKind.UNAUTHORIZED: (
        r"无效的令牌",
        r"令牌.{0,8}(?:已过期|状态不可用|验证失败|已失效)",
        r"未提供令牌",
        r"api ?key.{0,4}(?:无效|错误)",
        r"(?:invalid|incorrect|expired) api[ _-]?key",
        r"invalid token(?! (?:at|in|near)\b)",
        r"api[ _-]?key (?:is )?(?:not valid|invalid|expired)",
        r"no (?:auth credentials|api key) (?:found|provided)",
        r"missing api[ _-]?key",
    ),
    ErrorKind.FORBIDDEN: (
        r"令牌.{0,4}无权",
        r"无权(?:访问|使用).{0,40}(?:模型|分组)",
        r"(?:token|key) (?:has no|does not have) access",
    ),
    ErrorKind.REGION_BLOCKED: (
        r"user location is not supported",
        r"country, region, or territory not supported",
        r"not available in your (?:country|region)",
        r"(?:地区|国家).{0,8}不支持",
    ),
    ErrorKind.RATE_LIMITED: (
        r"负载已饱和",  # one-api, in place of whatever its upstream said with a 429
        r"请求数限制",
        r"请求过于频繁",
        r"频率(?:限制|超限)",
        r"速率限制",
        r"rate.?limit",
        r"too many requests",
    ),
    ErrorKind.OVERLOADED: (
        r"\boverloaded\b",
        r"experiencing high demand",
        r"at capacity",
        r"服务器?(?:繁忙|过载)",
        r"系统繁忙",
    ),
}
_TABLE = tuple((re.compile("|".join(said), re.IGNORECASE), kind) for kind, said in _PHRASES.items())
_UPSTREAM = re.compile(r"上游|\bupstream\b", re.IGNORECASE)


def meaning(message: str) -> ErrorKind | None:
    """The first kind that is recognised."""
    return next((kind for pattern, kind in _TABLE if pattern.search(message)), None)


def of_upstream(message: str) -> bool:
    """Whether the words are about somebody behind the gateway."""
    return _UPSTREAM.search(message) is not None
