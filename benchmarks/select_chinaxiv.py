"""Select the applied ChinaXiv papers that the demonstration shows as achievements.

ChinaXiv papers are published under CC-BY 4.0, so their titles and abstracts may be shipped with attribution.
The source file was parsed from scanned pages: many records hold broken formulas, footnote marks or author names
inside the title. This command repairs nothing. A record is taken exactly as it stands or it is dropped, and it is
dropped as well when it is not applied work that an enterprise could use (psychology, library science, history,
linguistics, policy, pure theory, taxonomy, far-away climate).

Usage: ``python benchmarks/select_chinaxiv.py INPUT.jsonl OUTPUT.jsonl [--limit 1800]``. Each input line is an object
with at least id, year, title, abstract and keywords; each output line has exactly these five. The same input always
gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FIELDS = ("id", "year", "title", "abstract", "keywords")


def _words(text: str) -> tuple[str, ...]:
    """Cut a list of words written with blanks between them."""
    return tuple(text.split())


# Words that name applied work, by field. Each is looked for in the title, the keywords and the abstract.
APPLIED: Mapping[str, tuple[str, ...]] = {
    "materials": _words(
        "材料 合金 涂层 薄膜 陶瓷 复合材料 纳米 石墨烯 腐蚀 防护涂 微观组织 力学性能 焊接 铸造 热处理 钢的 不锈钢 铝合金 "
        "钛合金 镁合金 高温合金 纤维 聚合物 高分子 水凝胶 丝素 静电纺丝 磁性 晶体 激光加工 增材制造 3D打印 表面改性 "
        "橡胶 树脂 粉末 摩擦 磨损 超疏水 钎焊 耐火 半导体 压电"
    ),
    "chemistry": _words(
        "催化 合成工艺 电化学 吸附 分离纯化 提取工艺 提取物 色谱 质谱 化工 萃取 表面活性剂 荧光探针 离子液体 聚合 挥发油 "
        "有机合成 反应器 精馏 膜分离 化学成分 检测方法 含量测定 稀土"
    ),
    "energy": _words(
        "换热 传热 热管 燃烧 制冷 热泵 储能 储热 蓄冷 太阳能 光伏 风电 风力机 风电场 电池 燃料电池 锅炉 余热 发电 电网 微电网 配电 "
        "变压器 变流器 逆变 整流 电力系统 电力 电机 水轮 压缩机 汽轮机 透平 叶轮 叶片泵 离心泵 空化 压缩空气 热力学循环 朗肯 "
        "工质 节能 氢能 生物质 煤 天然气 油气 原油 页岩 水合物 核电 反应堆 直流输电 换流 绝缘 电缆 相变 沸腾 冷凝 气动 喷管 "
        "压力脉动 磁共振 超导 热电 建筑能耗 空调 电动汽车 充电 流动 流场 液滴 叶栅 压气机 叶片 涡轮 湍流 闪蒸 喷雾 热阻 辐射换热 "
        "蒸发 多相流 两相流 管道"
    ),
    "machines": _words(
        "机器人 机械臂 数控 机床 故障诊断 轴承 齿轮 转子 车间 调度 装配 制造 传感器 测量 检测系统 控制系统 控制器 无人机 AGV "
        "减速器 液压 伺服 传动 汽车 车辆 发动机 航空发动机 航天 卫星 火箭 船舶 激光 光学 望远镜控制 CCD 相机 探测器 光谱仪 "
        "标定 自动化 PID 电路 FPGA DSP 嵌入式 单片机 仪器 监控系统 数据采集 焊缝 视觉检测 点云 雷达 天线 射频 微波 维修 "
        "无损检测 缺陷 稳像 计量 试验机 振动 噪声控制 设备 试验台 仿真平台 干扰 滤波器 放大器 接收机 芯片 存储器 内存 总线 数字信号"
    ),
    "computing": _words(
        "深度学习 神经网络 机器学习 目标检测 图像 视频 语音 文本分类 命名实体 自然语言处理 知识图谱 推荐算法 推荐系统 推荐方法 "
        "云计算 边缘计算 区块链 大数据 数据库 物联网 传感网络 传感器网络 无线网络 网络安全 入侵检测 加密 密码 密钥 签名 认证 "
        "隐私保护 水印 隐写 路由 软件定义网络 5G 蜂窝 信道 调制 编码 定位算法 室内定位 指纹定位 虚拟现实 增强现实 三维重建 "
        "SLAM 路径规划 车辆路径 路径优化 聚类 特征选择 异常检测 强化学习 并行计算 GPU 高性能计算 软件 系统的设计 系统设计 "
        "设计与实现 平台 算法 恶意 漏洞 流量 压缩感知 支持向量机 数据挖掘 信号处理 人脸 手势 行人 跟踪 分割 去雾 去噪 超分辨 "
        "通信 协议 数据处理 监视系统 抽取技术 预测模型 预报模型 车联网 智能电网 云存储 虚拟机 容器 负载均衡 数据中心 服务组合 交通信号 交通流 公交 物流 供应链 仓储 众包 群智感知"
    ),
    "construction": _words(
        "BIM 建筑 施工 钢结构 混凝土 桥梁 隧道 基坑 地铁 幕墙 管片 工程造价 Revit 预制 装配式 抗震 岩土 地基 沥青 路面 "
        "机电安装 工程管理 深化设计 消防 边坡 高速公路 铁路 轨道交通 机场 港口"
    ),
    "environment": _words(
        "废水 污水 水处理 污染 重金属 土壤修复 修复技术 大气污染 臭氧 颗粒物 PM2.5 脱硫 脱硝 烟气 固废 垃圾 污泥 碳排放 "
        "生命周期评价 水质 富营养化 生态修复 植被恢复 水土保持 土壤侵蚀 盐渍 盐碱 石漠化 沙化 风沙 防风固沙 固沙 节水 灌溉 "
        "水资源 地下水 洪水 洪涝 干旱监测 滑坡 泥石流 灾害 遥感 高光谱 反演 预警 监测系统 湿地 水库 径流模拟 矿区 尾矿 复垦 "
        "矿床 勘探 找矿 地震 测绘 GNSS GIS 土地整治 耕地质量 施肥 气象服务 人工影响天气 天气预报 数值预报"
    ),
    "agriculture": _words(
        "栽培 育种 品种 种质资源 水稻 小麦 玉米 棉花 大豆 马铃薯 油菜 花生 番茄 黄瓜 辣椒 苹果 葡萄 柑橘 猕猴桃 茶树 茶叶 烟草 "
        "蔬菜 果树 果实 采后 保鲜 病害 虫害 害虫 防治 农药 除草剂 杀菌剂 肥料 有机肥 秸秆 温室 设施农业 种子萌发 组培 组织培养 "
        "快速繁殖 扦插 嫁接 药用植物 中药材 人工林 造林 木材 竹 花卉 园艺 牧草 苜蓿 饲料 饲粮 日粮 奶牛 肉牛 肉羊 仔猪 母猪 "
        "育肥猪 肉鸡 蛋鸡 家禽 反刍动物 断奶 养殖 水产 对虾 鱼 青贮 益生菌 抗菌肽 疫苗 兽药 畜禽 羊 猪 农业 农田 作物 产量 "
        "肉品质 乳制品 食品 发酵 酶活 食用菌 抗旱 耐盐 抗病 抗逆 内生菌 生物防治 昆虫 蜜蜂 家蚕"
    ),
    "health": _words(
        "药物 给药 缓释 靶向 抗体 抗肿瘤 肿瘤 癌 细胞 干细胞 组织工程 支架 基因 蛋白 重组表达 质粒 克隆 测序 生物标志物 诊断 "
        "治疗 手术 麻醉 镇痛 超声 影像 CT MRI 造影 心电 脑电 血压 血糖 糖尿病 肝 肾 骨科 关节 护理 中药 方剂 针灸 中医 "
        "临床 疗效 患者 康复 感染 病毒 细菌 抗生素 耐药 免疫 酶 代谢 微生物 菌株 菌群 生物合成 生物信息学 尿液 医院 医疗 医学 "
        "CRISPR 转录因子 表达分析 动物模型 毒性 肽 多糖 黄酮 生物活性 抗氧化"
    ),
}

# A word of these in the title or the keywords takes the record out, however applied the rest may sound.
FOREIGN = _words(
    # psychology and education
    "心理 情绪 认知神经 社会认知 认知机制 认知加工 动机 人格 注意偏向 选择性注意 注意控制 注意加工 注意抑制 信息加工 前测效应 老年人学习 静息态 认知负荷 认知控制 任务切换 人机信任 消退 结构方程 潜在属性 Q矩阵 身体活动 就医行为 医患 患者决策 表征动量 眼动 面孔 工作记忆 错误记忆 情景记忆 决策偏 自我控制 自我概念 抑郁 焦虑 孤独 幸福 共情 道德 人际信任 依恋 亲社会 助人 "
    "成瘾 自闭 阅读障碍 阅读 阅读理解 学习者 教育 教学 学生 青少年 儿童发展 创造力 创意 领导 员工 职业 团队绩效 组织行为 消费者 "
    "感知觉 无意识 意识形态 错觉 知觉 社会支持 社会阶层 社会地位 权力 亲密 夫妻 家庭 父母 项目反应 测验 潜变量 问卷 量表 元分析 "
    "词切分 眼跳 行为决策 跨期 助推 神经机制 脑成像 应激障碍 急性应激 精神分裂 双刃剑 认知老化 隐喻 具身 想象 梦境 羞怯 攻击行为 囚徒 "
    "公平感 不公平 从众 利他 刻板 偏见 污名 主观幸福 消费体验 营销 品牌 广告 顾客 被试 fMRI ERP 事件相关电位 奖赏 反刍思维 工作反刍 "
    # library, information, history, language
    "图书馆 图书情报 情报 文献 期刊 论文 引文 学科服务 知识服务 知识组织 本体 元数据 科研数据 科学数据 开放获取 "
    "机构知识库 智库 档案 古籍 民国 考证 起源 传统植物学 科学史 史学 历史 考古 文化 民族 方言 声调 单字调 双字调 连读 语音实验 声学实验 语言学 汉语 语法 语义学 "
    "关联数据 阅读推广 信息行为 信息资源 信息服务 专利 科普 公众科学 剽窃 知识产权 科技评价 "
    # society, economy, policy
    "政策 战略 社会治理 国家治理 强国 创新驱动 国家实验室 研究型大学 科研机构 科学院 院士 人才 国际合作 一带一路 外交 贸易 金融 股市 股票 货币 "
    "汇率 投资者 经济增长 产业集聚 产业转移 城镇化 城市群 城市化 人口 贫困 扶贫 减贫 乡村振兴 乡村 旅游 游憩 农户 居民 收入 "
    "生计 演化博弈 社会网络分析 微博 社交电商 舆情 谣言 传播模型 舆论 网络社区 共享经济 区域差异 区域协调 高质量发展 国家公园 "
    "可持续发展 生态文明 生态补偿 生态系统服务 生态足迹 承载力 脆弱性 时空格局 空间格局 时空分异 时空演变 时空变化 土地利用变化 "
    "驱动力 驱动因素 景观格局 未来产业 新经济 科学家 发展态势 法律 伦理 制度 评价指标体系 竞争力 竞争格局 俱乐部趋同 社会-生态 国家行动计划 经济与生态 生态安全 生态成效 生态系统健康 生态环境效益 经济研究 研究范式 PPP项目 房价 房地产 消费转换 "
    # pure theory, far skies, deep time, taxonomy
    "恒星 星系 类星体 脉冲星 太阳黑子 太阳活动 太阳图像 耀斑 行星 月球 日冕 星云 星座 宇宙 太阳质子 太阳暗条 太阳射电 深空 月面 嫦娥 火星 暗物质 黑洞 引力波 中微子 重子 夸克 "
    "手征 星表 星官 视向速度 射电源 耀变体 伽玛射线 伽马射线 天体 小行星 太阳系 巡天 星系团 分子云 日食 极移 世界时 天象 "
    "孢粉 树轮 年轮 古气候 古植被 全新世 更新世 碎屑锆石 物源 构造演化 生物地理 区系 新种 新记录 新组 新属 新资料 分类学 模式标本 "
    "系统发育 群落特征 群落结构 物种多样性 生物多样性 植物多样性 生态位 叶脉序 大头茶 花楸 种群结构 粒径谱 化感 生态化学计量 候鸟 鸟类 多度 昆虫多样性 生态网络 补充描述 食物网 沉积物垂直 种群动态 种间 演替 定理 不等式 分数阶微分 "
    "解的存在 混沌系统的 群论 数论 复杂网络 节点重要性 社区发现 链路预测 同步性 气候变化 极端气候 极端气温 极端降水 降水特征 "
    "气候特征 暴雪 沙尘 降水量 干旱特征 干旱指数 蒸散 传染病模型 中国古代 化石 "
    # service to patients that is one case only
    "病例报告 病例报道 1例 一例 个案"
)

# Technical words that hold one of the words above by accident (an engine, 发动机, holds 动机, motive).
HARMLESS = re.compile(
    r"发动机|电动机|原动机|有限元分析|新种质|种质资源|微量元素|历史数据|历史学习|文化算法|史密斯|自我更新"
)

# What a scanner leaves behind: formulas, footnote signs, author names and running heads.
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BAD_TITLE = re.compile(
    r"[$\\{}*†‡§¹²³⁴⁵⁶◎○●@#！’‘“”？?…_|`~^=\u3000]|ChinaX|合作期刊|专题研究论文|有限公司|大学，|学院，|\d$|一一"
    r"|\n|^(?!3D|\d+kV)[^\u4e00-\u9fffA-Za-z]|的$|(?:，[\u4e00-\u9fff]{2,3}){2}$| [A-Z]$|[,，、·.。:：\-一」]$|」"
    r"|[\u4e00-\u9fff] [\u4e00-\u9fff]"
)
_BAD_ABSTRACT = re.compile(
    r"[$\\{}†‡§¹²³⁴⁵⁶◎○●@#�~^]|ChinaX|关键词|分类号|收稿|Abstract|Key ?words|基金项目|通讯作者|文章编号|DOI|\n"
    r"|<[a-z]+>|(?:[A-Za-z]{2,} ){7}|口口|[\u4e00-\u9fff] [\u4e00-\u9fff] [\u4e00-\u9fff]"
    r"|，，|。。|、、|。，|，。|」|参考文献\d|图\d+。?表?\d*"
)
_BAD_KEYWORD = re.compile(
    r"[$\\{}。；;:：，“”‘’\[\]［］¹²³」]|分类号|中图|文章编|作者|Key|Words|ChinaX|^[\d\W]+$|^[A-Za-z]{1,2}$|^[a-z]{3}$|^\d+[.．]|^\d{4}$"
)
_GOOD_START = re.compile(r"[\u4e00-\u9fffA-Z【\[（(“]")


def _han_share(text: str) -> float:
    """Share of Han characters in the text, 0 to 1."""
    return len(_HAN.findall(text)) / max(1, len(text))


def _brackets_match(text: str) -> bool:
    """Whether round and square brackets, wide or narrow, close as often as they open."""
    opened = sum(text.count(sign) for sign in "(（[［【")
    return opened == sum(text.count(sign) for sign in ")）]］】")


def defect(record: Mapping[str, Any]) -> str | None:
    """Name the first reason why a record cannot be shown as it stands, or None for a clean one."""
    title, abstract, keywords = record["title"], record["abstract"], record["keywords"]
    if not 8 <= len(title) <= 48 or _han_share(title) < 0.45:
        return "title length"
    if _BAD_TITLE.search(title) or not _brackets_match(title):
        return "title characters"
    if not 80 <= len(abstract) <= 1500 or _han_share(abstract) < 0.5:
        return "abstract length"
    if _BAD_ABSTRACT.search(abstract) or not _brackets_match(abstract):
        return "abstract characters"
    if not _GOOD_START.match(abstract) or not re.search(r"。$|[\u4e00-\u9fff][.．]$", abstract):
        return "abstract cut"
    if not 2 <= len(keywords) <= 10 or len(set(keywords)) < len(keywords):
        return "keywords count"
    if any(
        not 2 <= len(word) <= 18 or _BAD_KEYWORD.search(word) or not _brackets_match(word)
        for word in keywords
    ):
        return "keywords broken"
    if sum(1 for word in keywords if _HAN.search(word)) < max(2, len(keywords) - 2):
        return "keywords foreign"
    return None


def field_of(record: Mapping[str, Any]) -> tuple[str, int] | None:
    """Find the applied field a record belongs to and how plainly, or None for work that is not applied.

    A word in the title counts 3, in the keywords 2, in the abstract 1; the field with most points wins.
    """
    title, keywords, abstract = record["title"], " ".join(record["keywords"]), record["abstract"]
    head = f"{title} {keywords}"
    about = HARMLESS.sub("", head)
    if any(word in about for word in FOREIGN):
        return None
    points = Counter[str]()
    for field, words in APPLIED.items():
        for word in words:
            points[field] += 3 * (word in title) + 2 * (word in keywords) + (word in abstract)
    field, score = max(points.items(), key=lambda item: (item[1], item[0]))
    return (field, score) if score >= 3 else None


def select(
    records: Iterable[Mapping[str, Any]], limit: int
) -> tuple[list[dict[str, Any]], Counter[str], Counter[str]]:
    """Choose at most ``limit`` records; give them with the counts of dropped and of chosen ones.

    Of the versions and duplicates of a paper the first is taken. When more qualify than wanted, those whose words
    say most plainly that they are applied stay; ties fall to the smaller id. The result is ordered by id.
    """
    dropped, chosen = Counter[str](), Counter[str]()
    kept: list[tuple[int, str, str, dict[str, Any]]] = []
    titles: set[str] = set()
    for record in records:
        reason = defect(record)
        if reason is None and record["title"] in titles:
            reason = "duplicate"
        place = None if reason else field_of(record)
        if place is None:
            dropped[reason or "not applied"] += 1
            continue
        titles.add(record["title"])
        kept.append((-place[1], record["id"], place[0], {name: record[name] for name in FIELDS}))
    kept.sort(key=lambda entry: entry[:2])
    dropped["over the limit"] += max(0, len(kept) - limit)
    taken = sorted(kept[:limit], key=lambda entry: entry[1])
    chosen.update(entry[2] for entry in taken)
    return [entry[3] for entry in taken], dropped, chosen


def main() -> int:
    """Read the input file, write the selection and print a table of what was taken and dropped."""
    parser = argparse.ArgumentParser(description="Select applied ChinaXiv papers for the demonstration.")
    parser.add_argument("input", type=Path, help="JSON lines with id, year, title, abstract, keywords")
    parser.add_argument("output", type=Path, help="JSON lines to write")
    parser.add_argument("--limit", type=int, default=1800, help="most records to take (default 1800)")
    arguments = parser.parse_args()
    with arguments.input.open(encoding="utf-8") as source:
        items, dropped, chosen = select(
            (json.loads(line) for line in source if line.strip()), arguments.limit
        )
    text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    arguments.output.write_text(text, encoding="utf-8", newline="\n")
    for name, counts in (("taken", chosen), ("dropped", dropped)):
        print(f"{name}: {sum(counts.values())}")
        for label, count in counts.most_common():
            print(f"  {count:6d}  {label}")
    print(f"bytes: {len(text.encode('utf-8'))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
