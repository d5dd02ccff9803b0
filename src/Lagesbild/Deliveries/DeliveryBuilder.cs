namespace Lagesbild.Deliveries;

/// <summary>Collects what a reader finds in a file, and judges it.</summary>
public sealed class DeliveryBuilder { }
